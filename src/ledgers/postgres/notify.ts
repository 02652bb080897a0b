/** The channel on which the ledger in a schema says that there is work. */
export function channelOf(schema: string): string {
  return `prewarm_${schema.replace(/\W/g, "_").toLowerCase()}`;
}

/**
 * Statements that have the database say on a channel, when a transaction commits, that a row became work: one that was inserted as such, or
 * that somebody set back. They may be run again.
 */
export function notifyTrigger(schema: string): readonly string[] {
  const quoted = `"${schema.replaceAll('"', '""')}"`;
  const call = `execute function ${quoted}.prewarm_notify()`;
  const table = `${quoted}.media_cache`;
  return [
    `create or replace function ${quoted}.prewarm_notify() returns trigger language plpgsql as $body$
begin
  perform pg_notify('${channelOf(schema)}', '');
  return null;
end
$body$`,
    unlessThere(
      table,
      "prewarm_notify_insert",
      `after insert on ${table} for each row when (new.status = 'warming') ${call}`,
    ),
    unlessThere(
      table,
      "prewarm_notify_update",
      `after update of status on ${table} for each row
    when (new.status = 'warming' and old.status is distinct from 'warming') ${call}`,
    ),
  ];
}

/** PostgreSQL 13 cannot replace a trigger, and dropping one keeps readers out. */
function unlessThere(table: string, name: string, trigger: string): string {
  return `do $body$
begin
  if not exists (select 1 from pg_trigger where tgname = '${name}' and tgrelid = '${table}'::regclass) then
    create trigger ${name} ${trigger};
  end if;
end
$body$`;
}
