export { VirtualClock } from "../helpers/clock.ts";
