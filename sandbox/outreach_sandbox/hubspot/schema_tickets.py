"""HubSpot's own ticket properties and groups, as a compact table.

The one rule: pipeline and stage have no options here; which values they take, the account's
pipelines say.

https://developers.hubspot.com/docs/api-reference/crm-tickets-v3/guide
"""

from __future__ import annotations

# name | label
GROUPS = """
ticketinformation|Ticket information
"""

# name | type | field type | flags: r value is read only, c calculated, u unique | group | label | options
PROPERTIES = """
closed_date|datetime|date|-|ticketinformation|Close date|
content|string|textarea|-|ticketinformation|Ticket description|
createdate|datetime|date|r|ticketinformation|Create date|
hs_helpdesk_sort_timestamp|datetime|date|r|ticketinformation|Sort time of the help desk|
hs_last_message_from_visitor|bool|booleancheckbox|r|ticketinformation|Last message from visitor|true,false
hs_lastmodifieddate|datetime|date|r|ticketinformation|Last modified date|
hs_merged_object_ids|enumeration|checkbox|r|ticketinformation|Merged Ticket IDs|
hs_object_id|number|number|r|ticketinformation|Record ID|
hs_object_source|string|text|r|ticketinformation|Record creation source|
hs_object_source_id|string|text|r|ticketinformation|Record creation source ID|
hs_object_source_label|enumeration|select|r|ticketinformation|Record source|
hs_pipeline|enumeration|select|-|ticketinformation|Pipeline|
hs_pipeline_stage|enumeration|select|-|ticketinformation|Ticket status|
hs_ticket_category|enumeration|checkbox|-|ticketinformation|Category|
hs_ticket_id|number|number|r|ticketinformation|Ticket ID|
hs_ticket_priority|enumeration|select|-|ticketinformation|Priority|LOW,MEDIUM,HIGH,URGENT
hs_unique_creation_key|string|text|ru|ticketinformation|Unique creation key|
hs_updated_by_user_id|number|number|r|ticketinformation|Updated by user ID|
hubspot_owner_id|enumeration|select|-|ticketinformation|Ticket owner|
subject|string|text|-|ticketinformation|Ticket name|
"""
