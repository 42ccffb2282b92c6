"""HubSpot's own deal properties and groups, as a compact table.

The one rule: pipeline and stage have no options here; which values they take, the account's
pipelines say.

https://developers.hubspot.com/docs/guides/api/crm/objects/deals
"""

from __future__ import annotations

# name | label
GROUPS = """
dealinformation|Deal information
deal_activity|Deal activity
"""

# name | type | field type | flags: r value is read only, c calculated, u unique | group | label | options
PROPERTIES = """
amount|number|number|-|dealinformation|Amount|
closed_lost_reason|string|textarea|-|dealinformation|Closed Lost Reason|
closed_won_reason|string|textarea|-|dealinformation|Closed Won Reason|
closedate|datetime|date|-|dealinformation|Close Date|
createdate|datetime|date|r|dealinformation|Create Date|
dealname|string|text|-|dealinformation|Deal Name|
dealstage|enumeration|radio|-|deal_activity|Deal Stage|
dealtype|enumeration|radio|-|dealinformation|Deal Type|newbusiness,existingbusiness
deal_currency_code|enumeration|select|-|dealinformation|Currency|
description|string|textarea|-|dealinformation|Deal Description|
hs_createdate|datetime|date|r|dealinformation|Object create date/time|
hs_deal_stage_probability|number|number|r|deal_activity|Deal probability|
hs_is_closed|bool|booleancheckbox|r|dealinformation|Is Deal Closed?|true,false
hs_is_closed_won|bool|booleancheckbox|r|dealinformation|Is Closed Won|true,false
hs_lastmodifieddate|datetime|date|r|dealinformation|Last Modified Date|
hs_merged_object_ids|enumeration|checkbox|r|dealinformation|Merged Deal IDs|
hs_next_step|string|textarea|-|deal_activity|Next step|
hs_object_id|number|number|r|dealinformation|Record ID|
hs_object_source|string|text|r|dealinformation|Record creation source|
hs_object_source_id|string|text|r|dealinformation|Record creation source ID|
hs_object_source_label|enumeration|select|r|dealinformation|Record source|
hs_priority|enumeration|select|-|dealinformation|Priority|low,medium,high
hs_unique_creation_key|string|text|ru|dealinformation|Unique creation key|
hubspot_owner_id|enumeration|select|-|deal_activity|Deal owner|
notes_last_contacted|datetime|date|r|deal_activity|Last Contacted|
notes_last_updated|datetime|date|r|deal_activity|Last Activity Date|
notes_next_activity_date|datetime|date|r|deal_activity|Next Activity Date|
num_associated_contacts|number|number|r|dealinformation|Number of Associated Contacts|
num_contacted_notes|number|number|r|deal_activity|Number of times contacted|
num_notes|number|number|r|deal_activity|Number of Sales Activities|
pipeline|enumeration|select|-|deal_activity|Pipeline|
"""
