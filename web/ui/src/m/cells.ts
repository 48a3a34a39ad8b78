/** The grids of one's own community, kept on the phone: which one a place lies in needs no network. */
import type { Feature, MultiPolygon, Polygon, Position } from 'geojson';

export type Cell = Feature<Polygon | MultiPolygon, Readonly<Record<string, unknown>>> & { readonly id?: string | number };

/** Whether a ring encloses a point: a ray to the east crosses it an odd number of times. */
function encloses(ring: readonly Position[], lng: number, lat: number): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [ax, ay] = ring[i] ?? [];
    const [bx, by] = ring[j] ?? [];
    if (ax === undefined || ay === undefined || bx === undefined || by === undefined) continue;
    if (ay > lat !== by > lat && lng < ((bx - ax) * (lat - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

function holds(polygon: readonly (readonly Position[])[], lng: number, lat: number): boolean {
  const [outer, ...holes] = polygon;
  return outer !== undefined && encloses(outer, lng, lat) && !holes.some((h) => encloses(h, lng, lat));
}

/** The 15-digit code of a cell. */
export function codeOf(cell: Cell): string {
  const code = cell.properties?.['code'];
  return typeof code === 'string' ? code : String(cell.id ?? '');
}

/** Which of these cells a point lies in; null: none of them. */
export function locateIn(cells: readonly Cell[], lng: number, lat: number): Cell | null {
  return (
    cells.find((c) => {
      const g = c.geometry;
      return g.type === 'Polygon' ? holds(g.coordinates, lng, lat) : g.coordinates.some((p) => holds(p, lng, lat));
    }) ?? null
  );
}

/** West, south, east, north of some cells. */
export function boundsOf(cells: readonly Cell[]): readonly [number, number, number, number] | null {
  let box: [number, number, number, number] | null = null;
  for (const c of cells) {
    const polygons = c.geometry.type === 'Polygon' ? [c.geometry.coordinates] : c.geometry.coordinates;
    for (const [x, y] of polygons.flat(2)) {
      if (x === undefined || y === undefined) continue;
      box = box === null ? [x, y, x, y] : [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
    }
  }
  return box;
}
