/** Tells the outreach sync that contacts changed; everything is in the handler. */
trigger OutreachContact on Contact(after insert, after update, after delete, after undelete) {
    OutreachChangeHandler.handle(Trigger.operationType, Trigger.new, Trigger.oldMap);
}
