/** How a bot gets an id of its own by the message of another: by an edit of its caption, or by a forward that is deleted again. */
export type AdoptWay = "edit" | "forward";
