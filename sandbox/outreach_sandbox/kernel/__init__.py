"""What every vendor emulator shares: clock, randomness, journal, faults, dispatch, ports.

Rule: the kernel knows no vendor; it imports none of the vendor packages except in `world`, and the console in `server`.
"""
