// Reads a CSV or a workbook with nothing but Node, and says what is in its cells, as
// JSON: {"sheets": [{"name", "rows": [[…]]}], "formulas": n}.
import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

const [, , path, kind, encoding] = process.argv;
const raw = readFileSync(path);

function csv(text) {
  const rows = [];
  let row = [], cell = '', quoted = false, i = 0;
  const end = () => { row.push(cell); cell = ''; };
  for (; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') { cell += '"'; i++; } else quoted = false;
    } else if (c === '"') {
      if (cell !== '') throw new Error('a quotation mark inside a cell');
      quoted = true;
    } else if (c === ',') end();
    else if (c === '\r' && text[i + 1] === '\n') { end(); rows.push(row); row = []; i++; } else if (c === '\r' || c === '\n') throw new Error('half an end of line');
    else cell += c;
  }
  if (quoted || cell !== '' || row.length > 0) throw new Error('the last line has no end');
  return rows;
}

function parts(zip) {
  let end = zip.length - 22;
  while (zip.readUInt32LE(end) !== 0x06054b50) end--;
  const files = new Map();
  for (let n = zip.readUInt16LE(end + 10), at = zip.readUInt32LE(end + 16); n > 0; n--) {
    const size = zip.readUInt32LE(at + 20), name = zip.readUInt16LE(at + 28), local = zip.readUInt32LE(at + 42);
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const data = zip.subarray(from, from + size);
    files.set(zip.toString('utf8', at + 46, at + 46 + name), zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(data) : data);
    at += 46 + name + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return files;
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const plain = (s) => s.replace(/\r\n?/g, '\n').replace(/&(#x?[0-9a-f]+|\w+);/gi, (_, e) =>
  e[0] === '#' ? String.fromCodePoint(e[1] === 'x' ? parseInt(e.slice(2), 16) : +e.slice(1)) : entities[e]);
const escaped = (s) => s.replace(/_x([0-9A-Fa-f]{4})_/g, (_, h) => String.fromCharCode(parseInt(h, 16)));

function workbook(zip) {
  const files = parts(zip), text = (name) => new TextDecoder('utf-8', { fatal: true }).decode(files.get(name));
  const rels = new Map([...text('xl/_rels/workbook.xml.rels').matchAll(/<Relationship ([^>]*)>/g)].map(([, a]) => [/Id="([^"]*)"/.exec(a)[1], /Target="\/?(?:xl\/)?([^"]*)"/.exec(a)[1]]));
  const texts = (s) => [...s.matchAll(/<t(?: [^>]*)?(?:\/>|>([^<]*)<\/t>)/g)].map((m) => plain(m[1] ?? '')).join('');
  const shared = files.has('xl/sharedStrings.xml') ? [...text('xl/sharedStrings.xml').matchAll(/<si>(.*?)<\/si>/gs)].map((m) => texts(m[1])) : [];
  let formulas = 0;
  const sheets = [...text('xl/workbook.xml').matchAll(/<sheet ([^>]*)\/?>/g)].map(([, a]) => {
    const xml = text('xl/' + rels.get(/r:id="([^"]*)"/.exec(a)[1]));
    formulas += (xml.match(/<f[ >/]/g) ?? []).length;
    const rows = [...xml.matchAll(/<row [^>]*?(?:\/>|>(.*?)<\/row>)/gs)].map(([, inside]) => {
      const row = [];
      for (const [, attributes, body] of (inside ?? '').matchAll(/<c ([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
        let n = 0;
        for (const ch of /r="([A-Z]+)/.exec(attributes)[1]) n = n * 26 + ch.charCodeAt(0) - 64;
        const type = /t="(\w+)"/.exec(attributes)?.[1] ?? 'n', value = /<v>([^<]*)<\/v>/.exec(body ?? '')?.[1];
        while (row.length < n) row.push(null);
        if (type === 'inlineStr') row[n - 1] = escaped(texts(body));
        else if (value !== undefined) row[n - 1] = type === 's' ? escaped(shared[+value]) : type === 'str' ? plain(value) : +value;
      }
      return row;
    });
    return { name: plain(/name="([^"]*)"/.exec(a)[1]), rows };
  });
  return { sheets, formulas };
}

let found;
if (kind === 'csv') {
  if (encoding === 'utf-8' && raw.readUIntBE(0, 3) !== 0xefbbbf) throw new Error('no byte order mark');
  found = { sheets: [{ name: '', rows: csv(new TextDecoder(encoding, { fatal: true }).decode(raw)) }], formulas: 0 };
} else found = workbook(raw);
process.stdout.write(JSON.stringify(found));
