/** How far apart two places are. */

interface Spot {
  readonly lng: number | null;
  readonly lat: number | null;
}

/** Metres between two places on the mean sphere; null where one has no coordinates. */
export function metresApart(a: Spot, b: Spot): number | null {
  if (a.lng === null || a.lat === null || b.lng === null || b.lat === null) return null;
  const rad = Math.PI / 180;
  const h = Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lng - a.lng) * rad) / 2) ** 2;
  return 2 * 6_371_008.8 * Math.asin(Math.sqrt(h));
}
