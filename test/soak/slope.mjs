/**
 * A line through points by least squares, with the half width of its 95 % confidence interval.
 * @param {readonly (readonly [number, number])[]} points At least three.
 * @returns {{ slope: number, halfWidth: number, mean: number }} Units of y for each of x.
 */
export function slopeOf(points) {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const mean = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const spreadX = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - mean), 0) / spreadX;
  const residue = points.reduce((sum, [x, y]) => sum + (y - mean - slope * (x - meanX)) ** 2, 0);
  const error = Math.sqrt(residue / (n - 2) / spreadX);
  return { slope, halfWidth: studentT(n - 2) * error, mean };
}

/** The 97.5 % point of Student's t, by the Cornish-Fisher expansion (within 1 % from 3 degrees of freedom on). */
function studentT(degrees) {
  const z = 1.959964;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / degrees + second / degrees ** 2 + third / degrees ** 3;
}
