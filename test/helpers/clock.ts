export { VirtualClock } from "../../src/bench/harness/virtual-clock.ts";
