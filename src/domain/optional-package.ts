import { errorCode } from "./error-code.ts";
import { failure } from "./failure.ts";

/** Thrown where a package was left out of the installation; carries the failure. */
class PackageMissing extends Error {
  readonly failure;

  constructor(name: string, what: string) {
    super(`${name} is not installed, and ${what} needs it`);
    this.failure = failure("package_missing", this.message);
  }
}

/**
 * Loads a package of `optionalDependencies`. Where it was left out (`npm install --omit=optional`) it rejects with an error that
 * carries the failure `package_missing`; `what` says what needs it.
 */
export async function optionalPackage<T>(name: string, what: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw /^(ERR_)?MODULE_NOT_FOUND$/.test(errorCode(error) ?? "") ? new PackageMissing(name, what) : error;
  }
}
