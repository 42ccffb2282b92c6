"""HubSpot's own company properties and groups, as a compact table.

The one rule: name, type, field type and flags equal those of a real account's property list;
everything else about a property is derived in `schema.py`.

https://developers.hubspot.com/docs/guides/api/crm/objects/companies
"""

from __future__ import annotations

from outreach_sandbox.hubspot.schema_contacts import LEAD_STATUS, LIFECYCLE, SOURCES

# name | label
GROUPS = """
companyinformation|Company information
socialmediainformation|Social media information
company_activity|Company activity
sales_properties|Sales properties
deal_information|Deal information
"""

# name | type | field type | flags: r value is read only, c calculated, u unique | group | label | options
PROPERTIES = f"""
about_us|string|text|-|companyinformation|About Us|
address|string|text|-|companyinformation|Street Address|
address2|string|text|-|companyinformation|Street Address 2|
annualrevenue|number|number|-|companyinformation|Annual Revenue|
city|string|text|-|companyinformation|City|
closedate|datetime|date|-|companyinformation|Close Date|
country|string|text|-|companyinformation|Country/Region|
createdate|datetime|date|r|companyinformation|Create Date|
description|string|textarea|-|companyinformation|Description|
domain|string|text|-|companyinformation|Company Domain Name|
facebook_company_page|string|text|-|socialmediainformation|Facebook Company Page|
facebookfans|number|number|-|socialmediainformation|Facebook Fans|
founded_year|string|text|-|companyinformation|Year Founded|
hs_additional_domains|enumeration|checkbox|-|companyinformation|Additional Domains|
hs_analytics_source|enumeration|select|-|companyinformation|Original Traffic Source|{SOURCES}
hs_createdate|datetime|date|r|companyinformation|Object create date/time|
hs_last_booked_meeting_date|datetime|date|r|company_activity|Last Booked Meeting Date|
hs_last_logged_call_date|datetime|date|r|company_activity|Last Logged Call Date|
hs_last_logged_outgoing_email_date|datetime|calculation_rollup|r|company_activity|Last Logged Outgoing Email Date|
hs_last_sales_activity_timestamp|datetime|date|r|company_activity|Last Engagement Date|
hs_lastmodifieddate|datetime|date|r|company_activity|Last Modified Date|
hs_lead_status|enumeration|radio|-|sales_properties|Lead Status|{LEAD_STATUS}
hs_merged_object_ids|enumeration|checkbox|r|companyinformation|Merged Company IDs|
hs_num_child_companies|number|number|r|companyinformation|Number of child companies|
hs_num_open_deals|number|number|r|deal_information|Number of open deals|
hs_object_id|number|number|r|companyinformation|Record ID|
hs_object_source|string|text|r|companyinformation|Record creation source|
hs_object_source_id|string|text|r|companyinformation|Record creation source ID|
hs_object_source_label|enumeration|select|r|companyinformation|Record source|
hs_parent_company_id|number|number|r|companyinformation|Parent Company|
hs_pipeline|enumeration|select|-|companyinformation|Pipeline|
hs_searchable_calculated_phone_number|string|phonenumber|rc|companyinformation|Calculated Phone Number without country code|
hs_target_account|enumeration|radio|-|companyinformation|Target Account|tier_1,tier_2,tier_3
hs_unique_creation_key|string|text|ru|companyinformation|Unique creation key|
hubspot_owner_assigneddate|datetime|date|r|sales_properties|Owner assigned date|
hubspot_owner_id|enumeration|select|-|sales_properties|Company owner|
industry|enumeration|select|-|companyinformation|Industry|
is_public|bool|booleancheckbox|-|companyinformation|Is Public|true,false
lifecyclestage|enumeration|radio|-|companyinformation|Lifecycle Stage|{LIFECYCLE}
linkedin_company_page|string|text|-|socialmediainformation|LinkedIn Company Page|
name|string|text|-|companyinformation|Company name|
notes_last_contacted|datetime|date|r|company_activity|Last Contacted|
notes_last_updated|datetime|date|r|company_activity|Last Activity Date|
notes_next_activity_date|datetime|date|r|company_activity|Next Activity Date|
num_associated_contacts|number|calculation_rollup|r|companyinformation|Number of Associated Contacts|
num_associated_deals|number|calculation_rollup|r|deal_information|Number of Associated Deals|
num_contacted_notes|number|number|r|company_activity|Number of times contacted|
num_notes|number|number|r|companyinformation|Number of Sales Activities|
numberofemployees|number|number|-|companyinformation|Number of Employees|
phone|string|phonenumber|-|companyinformation|Phone Number|
recent_deal_amount|number|number|rc|deal_information|Recent Deal Amount|
state|string|text|-|companyinformation|State/Region|
timezone|string|text|-|companyinformation|Time Zone|
total_revenue|number|calculation_rollup|r|companyinformation|Total Revenue|
twitterhandle|string|text|-|socialmediainformation|Twitter Handle|
type|enumeration|radio|-|companyinformation|Type|PROSPECT,PARTNER,RESELLER,VENDOR,OTHER
web_technologies|enumeration|checkbox|-|companyinformation|Web Technologies|
website|string|text|-|companyinformation|Website URL|
zip|string|text|-|companyinformation|Postal Code|
"""
