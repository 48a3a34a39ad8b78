/** A JPEG as a camera would give it, drawn here: bags of rubbish against a wall, in the afternoon, or the same wall once they are gone. */
import type { Page } from 'playwright-core';

export async function photograph(page: Page, cleared = false): Promise<Buffer> {
  const base64 = await page.evaluate(async (gone) => {
    const canvas = new OffscreenCanvas(1280, 960);
    const g = canvas.getContext('2d');
    if (g === null) throw new Error('no canvas to draw on');
    // The same grain in every run.
    let seed = 7;
    const chance = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const slope = (from: number, to: number, ...colours: string[]): CanvasGradient => {
      const paint = g.createLinearGradient(0, from, 0, to);
      colours.forEach((c, k) => paint.addColorStop(k / (colours.length - 1), c));
      return paint;
    };
    g.fillStyle = slope(0, 560, '#b9a48c', '#cdb99f', '#a8937b');
    g.fillRect(0, 0, 1280, 560);
    g.strokeStyle = 'rgb(90 70 52 / 0.35)';
    g.lineWidth = 3;
    for (let row = 0; row < 10; row++) {
      const y = row * 58;
      g.strokeRect(-5, y, 1290, 58);
      for (let x = row % 2 === 0 ? 0 : 70; x < 1280; x += 140) g.strokeRect(x, y, 140, 58);
    }
    g.fillStyle = slope(560, 960, '#777a7c', '#8f9394', '#a2a6a7');
    g.fillRect(0, 560, 1280, 400);
    g.fillStyle = '#c9c6bd';
    g.fillRect(0, 556, 1280, 22);
    const bag = (x: number, y: number, r: number, light: string, dark: string): void => {
      if (gone) return;
      g.fillStyle = 'rgb(20 22 24 / 0.35)';
      g.beginPath();
      g.ellipse(x + 18, y + r * 0.74, r * 1.15, r * 0.22, 0, 0, Math.PI * 2);
      g.fill();
      const paint = g.createRadialGradient(x - r * 0.35, y - r * 0.4, r * 0.1, x, y, r * 1.1);
      paint.addColorStop(0, light);
      paint.addColorStop(1, dark);
      g.fillStyle = paint;
      g.beginPath();
      g.moveTo(x - r * 0.16, y - r * 1.02);
      g.bezierCurveTo(x - r * 1.1, y - r * 0.7, x - r * 1.25, y + r * 0.5, x - r * 0.8, y + r * 0.76);
      g.bezierCurveTo(x - r * 0.3, y + r * 0.9, x + r * 0.4, y + r * 0.9, x + r * 0.85, y + r * 0.74);
      g.bezierCurveTo(x + r * 1.25, y + r * 0.4, x + r, y - r * 0.7, x + r * 0.16, y - r * 1.02);
      g.quadraticCurveTo(x, y - r * 1.3, x - r * 0.16, y - r * 1.02);
      g.fill();
      g.strokeStyle = 'rgb(255 255 255 / 0.16)';
      g.lineWidth = 4;
      for (let k = 0; k < 6; k++) {
        const a = x - r * 0.6 + chance() * r * 1.2;
        g.beginPath();
        g.moveTo(x, y - r * 0.95);
        g.quadraticCurveTo(a, y - r * 0.3, a + (chance() - 0.5) * r * 0.4, y + r * 0.5);
        g.stroke();
      }
    };
    bag(860, 560, 120, '#6f7d86', '#20282d');
    bag(420, 590, 150, '#59636a', '#12171a');
    bag(660, 640, 170, '#39444c', '#0b0e10');
    bag(980, 690, 120, '#9fb6c9', '#41586a');
    bag(270, 720, 105, '#d9574a', '#6d1e18');
    for (let k = 0; k < (gone ? 0 : 60); k++) {
      g.fillStyle = ['#e8e2d2', '#d9c9a0', '#93a7b5', '#b8563f', '#7f8f5d'][k % 5] ?? '#fff';
      g.save();
      g.translate(180 + chance() * 940, 760 + chance() * 110);
      g.rotate(chance() * 3);
      g.fillRect(-14, -5, 12 + chance() * 30, 6 + chance() * 12);
      g.restore();
    }
    for (let k = 0; k < 26_000; k++) {
      g.fillStyle = `rgb(${chance() < 0.5 ? '0 0 0' : '255 255 255'} / 0.05)`;
      g.fillRect(chance() * 1280, chance() * 960, 2, 2);
    }
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.86 })).arrayBuffer());
    let text = '';
    for (const b of bytes) text += String.fromCharCode(b);
    return btoa(text);
  }, cleared);
  return Buffer.from(base64, 'base64');
}
