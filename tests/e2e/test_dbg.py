import os, random, shutil
from dataclasses import replace
from harness import laws
from harness.machine import *
from harness.machine import _one_world
def test_x(world, tmp_path):
    world.job = os.environ["JOB"]
    home = tmp_path/"w"; home.mkdir(mode=0o700)
    w = replace(world, home=home, settings=dict(world.settings), compact=True)
    m = Machine(w, random.Random(int(os.environ["SEED"])))
    wrong = _one_world(m, world)
    print("\n".join(m.said[-40:])); print("\n".join(wrong))
    if os.environ.get("AFTER"):
        import pathlib; exec(pathlib.Path(os.environ["AFTER"]).read_text())
    assert 0
