/** The types of flags are inferred from their declarations. What runs is commander itself. */
declare module "commander" {
  export * from "@commander-js/extra-typings";
}
