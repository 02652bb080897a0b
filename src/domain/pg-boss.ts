/** The version of pg-boss that a fleet needs, exactly: its schema changes within a major. */
export const PG_BOSS = "12.38.0";
/** The Node.js that its author supports (`engines` of the package). */
export const PG_BOSS_NODE = "22.12";
