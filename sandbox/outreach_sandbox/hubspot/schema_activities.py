"""HubSpot's own properties of e-mails, notes, tasks, calls and meetings, as compact tables.

The one rule: what an account derives from other values (the people of an e-mail, the preview of
a body) is read only here.

https://developers.hubspot.com/docs/guides/api/crm/engagements/engagement-details
"""

from __future__ import annotations

# name | type | field type | flags: r value is read only, c calculated, u unique | label | options
SHARED = """
hs_all_owner_ids|enumeration|select|r|All owner IDs|
hs_attachment_ids|enumeration|checkbox|-|Attached file IDs|
hs_body_preview|string|text|r|Body preview|
hs_body_preview_html|string|html|r|HTML Body Preview|
hs_body_preview_is_truncated|bool|booleancheckbox|r|Body Preview Truncated|true,false
hs_createdate|datetime|date|r|Create date|
hs_lastmodifieddate|datetime|date|r|Last modified date|
hs_object_id|number|number|r|Record ID|
hs_object_source|string|text|r|Record creation source|
hs_object_source_id|string|text|r|Record creation source ID|
hs_object_source_label|enumeration|select|r|Record source|
hs_timestamp|datetime|date|-|Activity date|
hs_unique_creation_key|string|text|ru|Unique creation key|
hubspot_owner_assigneddate|datetime|date|r|Owner assigned date|
hubspot_owner_id|enumeration|select|-|Activity assigned to|
"""

# https://developers.hubspot.com/docs/api-reference/crm-emails-v3/guide#properties
EMAILS = """
hs_email_bcc_email|string|text|r|Email BCC Address|
hs_email_bcc_firstname|string|text|r|Email BCC First Name|
hs_email_bcc_lastname|string|text|r|Email BCC Last Name|
hs_email_cc_email|string|text|r|Email CC Address|
hs_email_cc_firstname|string|text|r|Email CC First Name|
hs_email_cc_lastname|string|text|r|Email CC Last Name|
hs_email_direction|enumeration|select|-|Email Direction|EMAIL,INCOMING_EMAIL,FORWARDED_EMAIL
hs_email_from_email|string|text|r|Email From Address|
hs_email_from_firstname|string|text|r|Email From First Name|
hs_email_from_lastname|string|text|r|Email From Last Name|
hs_email_headers|string|textarea|-|Email headers|
hs_email_html|string|html|-|Email HTML|
hs_email_status|enumeration|select|-|Email send status|BOUNCED,FAILED,SCHEDULED,SENDING,SENT
hs_email_subject|string|text|-|Email subject|
hs_email_text|string|textarea|-|Email body|
hs_email_to_email|string|text|r|Email To Address|
hs_email_to_firstname|string|text|r|Email To First Name|
hs_email_to_lastname|string|text|r|Email To Last Name|
"""

# https://developers.hubspot.com/docs/api-reference/crm-notes-v3/guide
NOTES = """
hs_note_body|string|html|-|Note body|
"""

# https://developers.hubspot.com/docs/api-reference/crm-tasks-v3/guide
TASKS = """
hs_task_body|string|html|-|Task Notes|
hs_task_completion_date|datetime|date|r|Completed at|
hs_task_family|string|text|r|Task family|
hs_task_for_object_type|string|text|r|For object type|
hs_task_is_completed|number|number|r|Is complete|
hs_task_priority|enumeration|select|-|Priority|NONE,LOW,MEDIUM,HIGH
hs_task_reminders|string|text|-|Reminders|
hs_task_status|enumeration|select|-|Task Status|COMPLETED,DEFERRED,IN_PROGRESS,NOT_STARTED,WAITING
hs_task_subject|string|text|-|Task Title|
hs_task_type|enumeration|select|-|Task Type|CALL,EMAIL,LINKED_IN,MEETING,LINKED_IN_CONNECT,LINKED_IN_MESSAGE,TODO
"""

# https://developers.hubspot.com/docs/api-reference/crm-calls-v3/guide
CALLS = """
hs_activity_type|enumeration|select|-|Call and meeting type|
hs_call_body|string|html|-|Call notes|
hs_call_callee_object_id|number|number|-|Callee object id|
hs_call_direction|enumeration|select|-|Call direction|INBOUND,OUTBOUND
hs_call_disposition|enumeration|select|-|Call outcome|
hs_call_duration|number|number|-|Call duration|
hs_call_from_number|string|text|-|From number|
hs_call_recording_url|string|text|-|Recording URL|
hs_call_status|enumeration|select|-|Call status|BUSY,CALLING_CRM_USER,CANCELED,COMPLETED,CONNECTING,FAILED,IN_PROGRESS,NO_ANSWER,QUEUED,RINGING
hs_call_title|string|text|-|Call title|
hs_call_to_number|string|text|-|To number|
"""

# https://developers.hubspot.com/docs/api-reference/crm-meetings-v3/guide
MEETINGS = """
hs_activity_type|enumeration|select|-|Call and meeting type|
hs_internal_meeting_notes|string|html|-|Internal meeting notes|
hs_meeting_body|string|html|-|Meeting description|
hs_meeting_end_time|datetime|date|-|Meeting end time|
hs_meeting_external_url|string|text|-|External URL|
hs_meeting_location|string|text|-|Meeting location|
hs_meeting_outcome|enumeration|select|-|Meeting outcome|SCHEDULED,COMPLETED,RESCHEDULED,NO_SHOW,CANCELED
hs_meeting_source|string|text|r|Meeting source|
hs_meeting_start_time|datetime|date|-|Meeting start time|
hs_meeting_title|string|text|-|Meeting name|
"""
