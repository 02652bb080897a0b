import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { MetricsText } from "../worker-view.ts";
import { countEvents } from "./counters.ts";
import { addGauges } from "./gauges.ts";
import type { PrometheusOptions } from "./labels.ts";

/**
 * Gauges of prom-client that break Prometheus' naming rules (`_total` is for counters), or that are no number (`Nan`) until
 * something was sampled, or tell nothing here.
 */
const UNWANTED = [
  ...["handles", "requests", "resources"].flatMap((what) => [
    `nodejs_active_${what}`,
    `nodejs_active_${what}_total`,
  ]),
  ...["min", "max", "mean", "stddev", "p50", "p90"].map((what) => `nodejs_eventloop_lag_${what}_seconds`),
];

/** The event loop's delay is sampled this often. */
const LOOP_SAMPLE_MS = 100;

/**
 * Metrics in a registry of their own, counted from events and read from the worker when asked. Labels are bots, chats, kinds,
 * statuses, phases and sources: bounded by the configuration, never by the number of objects. Durations are seconds of the engine's
 * clock, moments Unix seconds.
 */
export function prometheusMetrics(options: PrometheusOptions): MetricsText {
  const registry = new Registry();
  countEvents(registry, options);
  addGauges(registry, options);
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_SAMPLE_MS });
  for (const name of UNWANTED) registry.removeSingleMetric(name);
  new Gauge({
    name: "prewarm_build_info",
    help: "1, with the versions of prewarm and Node.js as labels.",
    labelNames: ["version", "node"],
    registers: [registry],
  }).set({ version: options.version, node: process.version }, 1);
  return { type: registry.contentType, text: () => registry.metrics() };
}
