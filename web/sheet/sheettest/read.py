# Reads a CSV or a workbook with nothing but Python's own library, and says what is in
# its cells, as JSON: {"sheets": [{"name", "rows": [[…]]}], "formulas": n}.
import csv, io, json, re, sys, zipfile
import xml.etree.ElementTree as ET

path, kind, encoding = sys.argv[1:4]
if kind == 'csv':
    raw = open(path, 'rb').read()
    if encoding == 'utf-8':
        assert raw[:3] == b'\xef\xbb\xbf', 'no byte order mark'
        text = raw[3:].decode('utf-8')
    else:
        text = raw.decode('gb18030')
    rows = list(csv.reader(io.StringIO(text, newline=''), strict=True))
    assert text.endswith('\r\n')
    print(json.dumps({'sheets': [{'name': '', 'rows': rows}], 'formulas': 0}))
    sys.exit()

M = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
R = '{http://schemas.openxmlformats.org/officeDocument/2006/relationships}'
book = zipfile.ZipFile(path)
assert book.testzip() is None
rels = {r.get('Id'): r.get('Target') for r in ET.fromstring(book.read('xl/_rels/workbook.xml.rels'))}
shared = []
if 'xl/sharedStrings.xml' in book.namelist():
    shared = [''.join(t.text or '' for t in si.iter(M + 't')) for si in ET.fromstring(book.read('xl/sharedStrings.xml'))]
unescape = lambda s: re.sub('_x([0-9A-Fa-f]{4})_', lambda m: chr(int(m.group(1), 16)), s)
sheets, formulas = [], 0
for s in ET.fromstring(book.read('xl/workbook.xml')).iter(M + 'sheet'):
    target = rels[s.get(R + 'id')].lstrip('/')
    root = ET.fromstring(book.read(target if target.startswith('xl/') else 'xl/' + target))
    rows = []
    for row in root.iter(M + 'row'):
        cells = {}
        for c in row.iter(M + 'c'):
            formulas += len(list(c.iter(M + 'f')))
            n = 0
            for ch in re.match('[A-Z]+', c.get('r')).group():
                n = n * 26 + ord(ch) - 64
            t, v = c.get('t', 'n'), c.find(M + 'v')
            if t == 'inlineStr':
                cells[n] = unescape(''.join(x.text or '' for x in c.iter(M + 't')))
            elif v is not None and t == 's':
                cells[n] = unescape(shared[int(v.text)])
            elif v is not None and t == 'str':
                cells[n] = v.text
            elif v is not None:
                cells[n] = float(v.text)
        rows.append([cells.get(i) for i in range(1, max(cells, default=0) + 1)])
    sheets.append({'name': s.get('name'), 'rows': rows})
print(json.dumps({'sheets': sheets, 'formulas': formulas}))
