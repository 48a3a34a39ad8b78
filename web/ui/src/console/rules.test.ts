import { expect, test } from 'vitest';
import { asTable, countEdits, differing, noEdits, withEdits } from './rules';

test('edits of a table change, drop and add rows, and leave the others alone', () => {
  const rows = [{ code: 'S01' }, { code: 'S02' }, { code: 'S03' }];
  const edits = { changed: new Map([[0, { code: 'S09' }]]), removed: new Set([1]), added: [{ code: 'S04' }] };
  expect(withEdits(rows, edits)).toEqual([{ code: 'S09' }, { code: 'S03' }, { code: 'S04' }]);
  expect(countEdits(edits)).toBe(3);
  expect(withEdits(rows, noEdits)).toEqual(rows);
});

test('a change names the columns that differ', () => {
  expect(differing({ table: 'units', kind: 'changed', key: 'S01', before: { code: 'S01', name: '甲', phone: '1' }, after: { code: 'S01', name: '乙', phone: '1' } })).toEqual(['name']);
  expect(differing({ table: 'units', kind: 'added', key: 'S01', after: { code: 'S01', name: '' } })).toEqual(['code']);
});

test('only tables are taken for tables', () => {
  expect(asTable(new File(['a'], '权责清单.XLSX'))?.type).toContain('spreadsheetml');
  expect(asTable(new File(['a'], 'units.csv'))?.type).toBe('text/csv');
  expect(asTable(new File(['a'], 'units.pdf'))).toBeNull();
});
