/** Thrown where the person in front of the terminal does not want to go on. */
export class Cancelled extends Error {
  constructor() {
    super("cancelled");
  }
}
