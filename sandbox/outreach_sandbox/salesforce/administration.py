"""The side doors of an administrator: set-up, rules, limits, sessions, and what fails by itself.

The one rule: a door changes the org for every request that comes after it, and counts no call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outreach_sandbox.salesforce import metadata, rules
from outreach_sandbox.salesforce.bulk_jobs import MOVING
from outreach_sandbox.salesforce.switches import thrown

if TYPE_CHECKING:
    from collections.abc import Callable

    from outreach_sandbox.salesforce.desk import Desk
    from outreach_sandbox.salesforce.org import Org

Body = dict[str, Any]


@dataclass
class Administration:
    """What an administrator does; `object` in a body is `Lead` unless it says so."""

    desk: Desk

    @property
    def org(self) -> Org:
        """The org they look after."""
        return self.desk.org

    def doors(self) -> tuple[Callable[[Body], Body], ...]:
        """Every door."""
        return (
            self.deploy,
            self.undeploy,
            self.add_field,
            self.remove_field,
            self.hide_field,
            self.show_field,
            self.set_picklist,
            self.rename_status,
            self.add_validation_rule,
            self.add_duplicate_rule,
            self.remove_rules,
            self.switch,
            self.use_calls,
            self.fail_job,
            self.expire_tokens,
            self.revoke_token,
            self.register_app,
            self.expire_consent,
        )

    def deploy(self, _body: Body) -> Body:
        """{}: the seed's custom fields come into the org, as far as they are not there."""
        return {"added": metadata.deploy(self.org)}

    def undeploy(self, _body: Body) -> Body:
        """{}: the seed's custom fields are deleted, with what stands in them."""
        return {"removed": metadata.undeploy(self.org)}

    def add_field(self, body: Body) -> Body:
        """{object, name, type, length, external_id, unique, ...}: as in a seed."""
        metadata.add_field(self.org, body)
        return {"added": body["name"]}

    def remove_field(self, body: Body) -> Body:
        """{object, field}: one custom field is deleted."""
        metadata.remove_field(self.org, body.get("object"), str(body["field"]))
        return {"removed": body["field"]}

    def hide_field(self, body: Body) -> Body:
        """{object, field, read_only}: the integration user sees it no more, or cannot change it."""
        name, read_only = str(body["field"]), bool(body.get("read_only"))
        metadata.hide_field(self.org, body.get("object"), name, read_only=read_only)
        return {"hidden": name}

    def show_field(self, body: Body) -> Body:
        """{object, field}: the integration user sees and changes it again."""
        metadata.show_field(self.org, body.get("object"), str(body["field"]))
        return {"shown": body["field"]}

    def set_picklist(self, body: Body) -> Body:
        """{object, field, values, restricted}: what is left out stays."""
        metadata.set_picklist(self.org, body)
        return {"set": body["field"]}

    def rename_status(self, body: Body) -> Body:
        """{status, to}: a lead status, and the leads that have it."""
        metadata.rename_status(self.org, str(body["status"]), str(body["to"]))
        return {"renamed": body["to"]}

    def add_validation_rule(self, body: Body) -> Body:
        """{object, when: a SOQL condition that is true for a wrong record, message, field}."""
        self.org.validation_rules.append(rules.validation_rule(self.org, body))
        return {"rules": len(self.org.validation_rules)}

    def add_duplicate_rule(self, body: Body) -> Body:
        """{object, against, fields, action: block | alert, message}."""
        self.org.duplicate_rules.append(rules.duplicate_rule(self.org, body))
        return {"rules": len(self.org.duplicate_rules)}

    def remove_rules(self, body: Body) -> Body:
        """{object}: no rule of either kind is left for it."""
        name = self.org.type_named(str(body.get("object", "Lead"))).name
        org = self.org
        org.validation_rules = [rule for rule in org.validation_rules if rule.object != name]
        org.duplicate_rules = [rule for rule in org.duplicate_rules if rule.object != name]
        return {"rules": len(org.validation_rules) + len(org.duplicate_rules)}

    def switch(self, body: Body) -> Body:
        """{name: true or false, ...}: behaviours of the table in `switches`."""
        self.org.switches = thrown(self.org.switches, body)
        return {"thrown": sorted(body)}

    def use_calls(self, body: Body) -> Body:
        """{count} or {remaining}: other programs call the org."""
        limits, now = self.desk.limits, self.org.now()
        left = limits.most - len(limits.calls)
        count = left - int(body["remaining"]) if "remaining" in body else int(body["count"])
        limits.take(now, max(0, min(count, left)))
        return {"remaining": limits.most - len(limits.calls)}

    def fail_job(self, body: Body) -> Body:
        """{id, message}: a bulk job ends here, with what it has written so far."""
        job = self.desk.jobs.jobs[str(body["id"])]
        if job.state not in MOVING:
            raise ValueError(f"the job is {job.state}")
        message = str(body.get("message", "InternalServerError : the batch could not be processed"))
        job.stop("Failed", self.org.now(), message)
        return {"failed": job.id, "processed": len(job.done)}

    def register_app(self, body: Body) -> Body:
        """{client_id, name, client_secret, redirect_uris, scopes}: as in an External Client App."""
        return self.desk.tokens.consents.register(body)

    def expire_consent(self, _body: Body) -> Body:
        """{}: every refresh token that a consent gave is over; the next one works."""
        self.desk.tokens.dead.update(self.desk.tokens.consents.grants)
        return {"revoked": len(self.desk.tokens.consents.grants)}

    def expire_tokens(self, _body: Body) -> Body:
        """{}: every session given out so far has ended; refreshing still works."""
        return {"expired": self.desk.tokens.expire_all()}

    def revoke_token(self, body: Body) -> Body:
        """{token} or {} for all; {"undo": true} takes it back."""
        tokens, token = self.desk.tokens, body.get("token")
        if body.get("undo"):
            tokens.dead.discard(str(token))
            tokens.all_revoked = False
        elif token:
            tokens.dead.add(str(token))
        else:
            tokens.all_revoked = True
        return {"revoked": "all" if tokens.all_revoked else len(tokens.dead)}
