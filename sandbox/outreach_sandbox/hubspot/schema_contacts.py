"""HubSpot's own contact properties and groups, as a compact table.

The one rule: name, type, field type and flags equal those of a real account's property list;
labels are the vendor's, everything else about a property is derived in `schema.py`.

https://developers.hubspot.com/docs/guides/api/crm/properties
"""

from __future__ import annotations

# name | label
GROUPS = """
contactinformation|Contact information
emailinformation|Email information
analyticsinformation|Web analytics history
conversioninformation|Conversion information
socialmediainformation|Social media information
contact_activity|Contact activity
deal_information|Deal information
sales_properties|Sales properties
contactscripted|Contact scripted
"""

SOURCES = (
    "ORGANIC_SEARCH,PAID_SEARCH,EMAIL_MARKETING,SOCIAL_MEDIA,REFERRALS,OTHER_CAMPAIGNS,"
    "DIRECT_TRAFFIC,OFFLINE,PAID_SOCIAL,AI_REFERRALS"
)
LEAD_STATUS = "NEW,OPEN,IN_PROGRESS,OPEN_DEAL,UNQUALIFIED,ATTEMPTED_TO_CONTACT,CONNECTED,BAD_TIMING"
LIFECYCLE = "subscriber,lead,marketingqualifiedlead,salesqualifiedlead,opportunity,customer,evangelist,other"

# name | type | field type | flags: r value is read only, c calculated, u unique | group | label | options
PROPERTIES = f"""
address|string|text|-|contactinformation|Street Address|
annualrevenue|string|text|-|contactinformation|Annual Revenue|
associatedcompanyid|number|number|-|contactinformation|Primary Associated Company ID|
city|string|text|-|contactinformation|City|
closedate|datetime|date|-|deal_information|Close Date|
company|string|text|-|contactinformation|Company Name|
country|string|text|-|contactinformation|Country/Region|
createdate|datetime|date|r|contactinformation|Create Date|
email|string|text|u|contactinformation|Email|
fax|string|phonenumber|-|contactinformation|Fax Number|
firstname|string|text|-|contactinformation|First Name|
hs_additional_emails|enumeration|select|u|contactinformation|Additional email addresses|
hs_all_contact_vids|enumeration|select|rc|contactinformation|All vids for a contact|
hs_analytics_source|enumeration|select|-|analyticsinformation|Original Traffic Source|{SOURCES}
hs_calculated_merged_vids|enumeration|select|rc|contactinformation|Merged vids with timestamps of a contact|
hs_createdate|datetime|date|r|contactinformation|Object create date/time|
hs_email_domain|string|text|rc|contactinformation|Email Domain|
hs_email_optout|bool|booleancheckbox|r|emailinformation|Unsubscribed from all email|true,false
hs_full_name_or_email|string|calculation_equation|rc|contactinformation|Full name or email|
hs_is_contact|bool|calculation_read_time|rc|contactinformation|Is a contact|true,false
hs_is_unworked|bool|calculation_equation|r|sales_properties|Contact unworked|true,false
hs_language|enumeration|select|-|contactinformation|Preferred language|
hs_last_sales_activity_timestamp|datetime|date|r|contact_activity|Last Engagement Date|
hs_lastmodifieddate|datetime|date|r|contactinformation|Object last modified date/time|
hs_latest_source|enumeration|select|-|analyticsinformation|Latest Traffic Source|{SOURCES}
hs_lead_status|enumeration|radio|-|sales_properties|Lead Status|{LEAD_STATUS}
hs_linkedin_url|string|text|-|socialmediainformation|LinkedIn URL|
hs_marketable_status|enumeration|booleancheckbox|r|contactinformation|Marketing contact status|true,false
hs_merged_object_ids|enumeration|checkbox|r|contactinformation|Merged Contact IDs|
hs_object_id|number|number|r|contactinformation|Record ID|
hs_object_source|string|text|r|contactinformation|Record creation source|
hs_object_source_id|string|text|r|contactinformation|Record creation source ID|
hs_object_source_label|enumeration|select|r|contactinformation|Record source|
hs_object_source_user_id|number|number|r|contactinformation|Record creation source user ID|
hs_persona|enumeration|select|-|contactinformation|Persona|
hs_pipeline|enumeration|select|-|contactinformation|Pipeline|
hs_read_only|bool|booleancheckbox|r|contactinformation|Read only object|true,false
hs_registered_member|number|calculation_equation|rc|contactscripted|Registered member|
hs_sales_email_last_opened|datetime|date|r|contact_activity|Recent Sales Email Opened Date|
hs_sales_email_last_replied|datetime|date|r|contact_activity|Recent Sales Email Replied Date|
hs_searchable_calculated_phone_number|phone_number|phonenumber|rc|contactinformation|Calculated Phone Number without country code|
hs_sequences_actively_enrolled_count|number|number|r|contactinformation|Number of sequences actively enrolled|
hs_timezone|enumeration|select|-|contactinformation|Time Zone|
hs_unique_creation_key|string|text|ru|contactinformation|Unique creation key|
hs_was_imported|bool|booleancheckbox|r|contactinformation|Performed in an import|true,false
hubspot_owner_assigneddate|datetime|date|r|sales_properties|Owner assigned date|
hubspot_owner_id|enumeration|select|-|sales_properties|Contact owner|
industry|string|text|-|contactinformation|Industry|
jobtitle|string|text|-|contactinformation|Job Title|
lastmodifieddate|datetime|date|r|contactinformation|Last Modified Date|
lastname|string|text|-|contactinformation|Last Name|
lifecyclestage|enumeration|radio|-|contactinformation|Lifecycle Stage|{LIFECYCLE}
message|string|textarea|-|contact_activity|Message|
mobilephone|string|phonenumber|-|contactinformation|Mobile Phone Number|
notes_last_contacted|datetime|date|r|contact_activity|Last Contacted|
notes_last_updated|datetime|date|r|contact_activity|Last Activity Date|
notes_next_activity_date|datetime|date|r|contact_activity|Next Activity Date|
num_associated_deals|number|calculation_rollup|r|deal_information|Number of Associated Deals|
num_contacted_notes|number|number|r|contact_activity|Number of times contacted|
num_notes|number|number|r|contact_activity|Number of Sales Activities|
numemployees|enumeration|select|-|contactinformation|Number of Employees|1-5,5-25,25-50,50-100,100-500,500-1000,1000+
phone|string|phonenumber|-|contactinformation|Phone Number|
salutation|string|text|-|contactinformation|Salutation|
state|string|text|-|contactinformation|State/Region|
total_revenue|number|number|r|deal_information|Total Revenue|
website|string|text|-|contactinformation|Website URL|
zip|string|text|-|contactinformation|Postal Code|
"""
