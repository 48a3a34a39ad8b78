import { expect, test } from 'vitest';
import { boundsOf, codeOf, locateIn, type Cell } from './cells';

const square = (code: string, x: number, y: number, hole = false): Cell => ({
  type: 'Feature', id: code, properties: { code },
  geometry: {
    type: 'Polygon',
    coordinates: [
      [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]],
      ...(hole ? [[[x + 0.4, y + 0.4], [x + 0.6, y + 0.4], [x + 0.6, y + 0.6], [x + 0.4, y + 0.6], [x + 0.4, y + 0.4]]] : []),
    ],
  },
});
const cells = [square('a', 0, 0), square('b', 1, 0), square('c', 0, 1, true)];

test('a point lies in the cell around it, and on a shared edge in exactly one', () => {
  const at = (x: number, y: number): string | null => {
    const found = locateIn(cells, x, y);
    return found === null ? null : codeOf(found);
  };
  expect(at(0.5, 0.5)).toBe('a');
  expect(at(1.5, 0.5)).toBe('b');
  expect(at(0.5, 1.5)).toBeNull(); // in the hole
  expect(at(0.2, 1.2)).toBe('c');
  expect(at(3, 3)).toBeNull();
  const edge = cells.filter((c) => locateIn([c], 1, 0.5) !== null);
  expect(edge.length).toBe(1);
});

test('the box around cells', () => {
  expect(boundsOf(cells)).toEqual([0, 0, 2, 2]);
  expect(boundsOf([])).toBeNull();
});

test('a cell of several parts holds what any part holds', () => {
  const [a, b] = cells;
  if (a?.geometry.type !== 'Polygon' || b?.geometry.type !== 'Polygon') throw new Error('squares are polygons');
  const both: Cell = { ...a, geometry: { type: 'MultiPolygon', coordinates: [a.geometry.coordinates, b.geometry.coordinates] } };
  expect(locateIn([both], 1.5, 0.5)).toBe(both);
});
