import { mergeConfig } from "vitest/config";
import usual from "./vitest.config.ts";

/** The tests that take many processes, a browser or a day, and no others. */
export default {
  ...mergeConfig(usual, { test: {} }),
  test: { ...usual.test, include: ["test/**/*.slow.test.ts"], exclude: [] },
};
