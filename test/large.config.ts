import { mergeConfig } from "vitest/config";
import usual from "./vitest.config.ts";

/** The tests that are too large for each change, and no others. */
export default {
  ...mergeConfig(usual, { test: {} }),
  test: { ...usual.test, include: ["test/**/*.large.test.ts"], exclude: [] },
};
