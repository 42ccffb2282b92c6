/** Tells the outreach sync that leads changed; everything is in the handler. */
trigger OutreachLead on Lead(after insert, after update, after delete, after undelete) {
    OutreachChangeHandler.handle(Trigger.operationType, Trigger.new, Trigger.oldMap);
}
