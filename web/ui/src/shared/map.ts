/**
 * The map of the district: our own tiles of streets, communities and grids, drawn in
 * the tokens' colours, with no glyphs and no sprite, so that nothing is asked of
 * anybody else. The ground is illustrative and every page that shows it says so.
 */
import { setWorkerUrl, type LayerSpecification, type StyleSpecification } from 'maplibre-gl';
import type { MultiPolygon, Polygon } from 'geojson';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { trust, type Lamp } from './wire';

setWorkerUrl(workerUrl);

/** West, south, east, north of the district. */
export const districtBounds: [number, number, number, number] = [112.94, 23.235, 113.475, 23.625];

const names = [
  'map-ground', 'map-land', 'map-land-2', 'map-grid', 'map-community', 'map-street', 'map-label', 'map-label-2', 'map-halo',
  'lamp-green', 'lamp-yellow', 'lamp-red', 'lamp-grey', 'surface', 'ink-1', 'ink-2', 'ink-3', 'accent', 'focus', 'line', 'ground',
] as const;
export type Palette = Readonly<Record<(typeof names)[number], string>>;

/** The colours of the theme in force; a canvas cannot read custom properties itself. */
export function readPalette(of: Element = document.documentElement): Palette {
  const style = getComputedStyle(of);
  return trust<Palette>(Object.fromEntries(names.map((n) => [n, style.getPropertyValue(`--${n}`).trim() || '#000'])));
}

/** Three sources of our own tiles. Shapes lie in layer `<name>`, label points in `<name>-label`. */
function sources(origin: string): StyleSpecification['sources'] {
  const of = (layer: string, minzoom: number, maxzoom: number) => ({
    type: 'vector' as const,
    tiles: [`${origin}/api/v1/tiles/${layer}/{z}/{x}/{y}.mvt`],
    minzoom, maxzoom,
    bounds: districtBounds,
    promoteId: 'code',
  });
  return { streets: of('streets', 0, 14), communities: of('communities', 8, 14), grids: of('grids', 11, 14) };
}

export interface GroundOptions {
  /** From which zoom grids are drawn. */
  readonly gridsFrom?: number;
  readonly communitiesFrom?: number;
  /** Size of street names in px at the smallest zoom. */
  readonly labelSize?: number;
}

/** The layers of the ground, lowest first: land, grid lines, community lines, street lines, names. */
export function groundLayers(p: Palette, o: GroundOptions = {}): LayerSpecification[] {
  const size = o.labelSize ?? 13;
  const label = (id: string, source: string, minzoom: number, px: number, color: string, spacing: number): LayerSpecification => ({
    id, type: 'symbol', source, 'source-layer': `${source}-label`, minzoom,
    layout: {
      'text-field': ['get', 'name'], 'text-font': ['sans-serif'], 'text-size': px, 'text-letter-spacing': spacing,
      'text-padding': 6, 'text-max-width': 8,
    },
    paint: { 'text-color': color, 'text-halo-color': p['map-halo'], 'text-halo-width': 1.4 },
  });
  return [
    { id: 'ground', type: 'background', paint: { 'background-color': p['map-ground'] } },
    { id: 'land', type: 'fill', source: 'streets', 'source-layer': 'streets', paint: { 'fill-color': p['map-land'], 'fill-antialias': false } },
    {
      id: 'grid-lines', type: 'line', source: 'grids', 'source-layer': 'grids', minzoom: o.gridsFrom ?? 11.5,
      paint: { 'line-color': p['map-grid'], 'line-width': ['interpolate', ['linear'], ['zoom'], 11.5, 0.5, 15, 1.2] },
    },
    {
      id: 'community-lines', type: 'line', source: 'communities', 'source-layer': 'communities', minzoom: o.communitiesFrom ?? 9.5,
      paint: {
        'line-color': p['map-community'], 'line-width': ['interpolate', ['linear'], ['zoom'], 9.5, 0.4, 13, 1, 16, 1.8],
      },
    },
    {
      id: 'street-lines', type: 'line', source: 'streets', 'source-layer': 'streets', layout: { 'line-join': 'round' },
      paint: { 'line-color': p['map-street'], 'line-width': ['interpolate', ['linear'], ['zoom'], 9, 1, 13, 2, 16, 3] },
    },
    label('community-names', 'communities', 12, size - 2, p['map-label-2'], 0.02),
    label('street-names', 'streets', 0, size, p['map-label'], 0.08),
  ];
}

/** The layer that names streets; a face may move it above its own marks, so that they stay readable. */
export const streetNames = 'street-names';

/** West, south, east, north of a polygon or several. */
export function boundsOf(g: Polygon | MultiPolygon): [number, number, number, number] {
  const rings = g.type === 'Polygon' ? g.coordinates : g.coordinates.flat();
  const b: [number, number, number, number] = [180, 90, -180, -90];
  for (const [x = 0, y = 0] of rings.flat()) {
    b[0] = Math.min(b[0], x);
    b[1] = Math.min(b[1], y);
    b[2] = Math.max(b[2], x);
    b[3] = Math.max(b[3], y);
  }
  return b;
}

/** A whole style without incidents; a face adds its own layers above. */
export function groundStyle(p: Palette, o: GroundOptions = {}, origin: string = location.origin): StyleSpecification {
  return { version: 8, sources: sources(origin), layers: groundLayers(p, o) };
}

/** Draws the four lamp shapes as images `lamp-<colour>`, at twice the size they are shown. */
export function lampImage(lamp: Lamp, p: Palette, px = 18): ImageData | null {
  const scale = 2;
  const size = px * scale;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const c = canvas.getContext('2d');
  if (c === null) return null;
  c.scale(size / 18, size / 18);
  c.beginPath();
  switch (lamp) {
    case 'green':
      c.arc(9, 9, 5.6, 0, Math.PI * 2);
      break;
    case 'yellow':
      c.moveTo(9, 2.4);
      c.lineTo(16, 14.6);
      c.lineTo(2, 14.6);
      c.closePath();
      break;
    case 'red':
      c.rect(3.4, 3.4, 11.2, 11.2);
      break;
    case 'grey':
      c.rect(2.6, 6.4, 12.8, 5.2);
      break;
  }
  c.lineJoin = 'round';
  c.lineWidth = 3;
  c.strokeStyle = p['map-halo'];
  c.stroke();
  c.fillStyle = p[`lamp-${lamp}`];
  c.fill();
  return c.getImageData(0, 0, size, size);
}
