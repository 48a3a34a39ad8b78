/** Outlines of streets as one drawing: longitude and latitude laid flat, and a place inside each for its name. */
import type { Feature, MultiPolygon, Polygon, Position } from 'geojson';

export interface Outline {
  readonly code: string;
  readonly path: string;
  /** Where its name stands: inside, far from every edge. */
  readonly at: readonly [x: number, y: number];
}
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly outlines: readonly Outline[];
}
type Area = Feature<Polygon | MultiPolygon>;

const polygons = (f: Area): readonly (readonly Position[][])[] => (f.geometry.type === 'Polygon' ? [f.geometry.coordinates] : f.geometry.coordinates);

/** Lays the areas out `width` wide. A district is small: one scale for all of it, degrees of longitude shortened by its latitude. */
export function draw(areas: ReadonlyMap<string, Area>, width: number): Drawing {
  const all = [...areas.values()].flatMap((f) => polygons(f).flat(2));
  const xs = all.map((p) => p[0] ?? 0);
  const ys = all.map((p) => p[1] ?? 0);
  const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const k = width / ((east - west) * squeeze);
  const flat = (p: Position): readonly [number, number] => [((p[0] ?? 0) - west) * squeeze * k, (north - (p[1] ?? 0)) * k];
  const outlines = [...areas].map(([code, f]) => {
    const rings = polygons(f).map((poly) => poly.map((ring) => ring.map(flat)));
    const path = rings.flat().map((ring) => `M${ring.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}Z`).join('');
    return { code, path, at: farthestInside(rings) };
  });
  return { width, height: (north - south) * k, outlines };
}

type Ring = readonly (readonly [number, number])[];

/** The point of a raster over the areas that lies farthest from their edges. */
function farthestInside(areas: readonly (readonly Ring[])[]): readonly [number, number] {
  const edges = areas.flat().flatMap((ring) => ring.slice(1).map((b, k) => [ring[k] ?? b, b] as const));
  const xs = edges.map(([a]) => a[0]);
  const ys = edges.map(([a]) => a[1]);
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const raster = 24;
  let best: readonly [number, number] = [(x0 + x1) / 2, (y0 + y1) / 2];
  let far = -1;
  for (let i = 1; i < raster; i++) {
    for (let j = 1; j < raster; j++) {
      const p = [x0 + ((x1 - x0) * i) / raster, y0 + ((y1 - y0) * j) / raster] as const;
      if (!inside(p, edges)) continue;
      const d = Math.min(...edges.map(([a, b]) => distance(p, a, b)));
      if (d > far) [best, far] = [p, d];
    }
  }
  return best;
}
type Point = readonly [number, number];
function inside([x, y]: Point, edges: readonly (readonly [Point, Point])[]): boolean {
  let odd = false;
  for (const [a, b] of edges) if (a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0]) odd = !odd;
  return odd;
}
function distance(p: Point, a: Point, b: Point): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const along = dx === 0 && dy === 0 ? 0 : Math.max(0, Math.min(1, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(p[0] - a[0] - along * dx, p[1] - a[1] - along * dy);
}
