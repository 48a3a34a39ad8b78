/** The same picture with 256 colours: a fraction of the bytes, and flat areas stay what they are. */
import { crc32, deflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';

export async function withPalette(page: Page, png: Buffer): Promise<Buffer> {
  const found = await page.evaluate(reduce, png.toString('base64'));
  const { width, height } = found;
  const pixels = Buffer.from(found.pixels, 'base64');
  // Each line of a PNG begins with the filter that it was written with: none.
  const lines = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) pixels.copy(lines, y * (width + 1) + 1, y * width, (y + 1) * width);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8); // 8 bits, palette
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head), chunk('PLTE', Buffer.from(found.palette)), chunk('IDAT', deflateSync(lines, { level: 9 })), chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([size, body, sum]);
}

/** In the page, which can decode: the boxes of a median cut, each standing for the mean of its pixels. */
async function reduce(base64: string): Promise<{ width: number; height: number; palette: number[]; pixels: string }> {
  const image = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], { type: 'image/png' }));
  const { width, height } = image;
  const g = new OffscreenCanvas(width, height).getContext('2d');
  if (g === null) throw new Error('no canvas to read from');
  g.drawImage(image, 0, 0);
  const { data } = g.getImageData(0, 0, width, height);
  const colours = new Map<number, number>();
  for (let k = 0; k < data.length; k += 4) {
    const c = ((data[k] ?? 0) << 16) | ((data[k + 1] ?? 0) << 8) | (data[k + 2] ?? 0);
    colours.set(c, (colours.get(c) ?? 0) + 1);
  }
  type Box = { all: [number, number][]; channel: number; weight: number };
  const boxOf = (all: [number, number][]): Box => {
    const spread = [16, 8, 0].map((shift) => {
      let low = 255;
      let high = 0;
      for (const [c] of all) {
        const v = (c >> shift) & 255;
        low = Math.min(low, v);
        high = Math.max(high, v);
      }
      return high - low;
    });
    const channel = spread.indexOf(Math.max(...spread));
    // A wide box matters more than a full one, so that rare colours keep their own.
    const count = all.reduce((n, [, k]) => n + k, 0);
    return { all, channel: 16 - channel * 8, weight: all.length < 2 ? 0 : (spread[channel] ?? 0) ** 2 * Math.sqrt(count) };
  };
  const boxes = [boxOf([...colours])];
  while (boxes.length < 256) {
    const widest = boxes.reduce((best, b, k) => (b.weight > (boxes[best]?.weight ?? 0) ? k : best), 0);
    const box = boxes[widest];
    if (box === undefined || box.weight === 0) break;
    const order = box.all.sort((a, b) => ((a[0] >> box.channel) & 255) - ((b[0] >> box.channel) & 255));
    const half = order.reduce((n, [, k]) => n + k, 0) / 2;
    let cut = 1;
    for (let sum = order[0]?.[1] ?? 0; cut < order.length - 1 && sum < half; cut++) sum += order[cut]?.[1] ?? 0;
    boxes.splice(widest, 1, boxOf(order.slice(0, cut)), boxOf(order.slice(cut)));
  }
  const palette: number[] = [];
  const index = new Map<number, number>();
  boxes.forEach((box, n) => {
    const count = box.all.reduce((sum, [, k]) => sum + k, 0);
    for (const shift of [16, 8, 0]) palette.push(Math.round(box.all.reduce((sum, [c, k]) => sum + ((c >> shift) & 255) * k, 0) / count));
    for (const [c] of box.all) index.set(c, n);
  });
  let pixels = '';
  for (let k = 0; k < data.length; k += 4) {
    pixels += String.fromCharCode(index.get(((data[k] ?? 0) << 16) | ((data[k + 1] ?? 0) << 8) | (data[k + 2] ?? 0)) ?? 0);
  }
  return { width, height, palette, pixels: btoa(pixels) };
}
