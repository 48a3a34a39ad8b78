/**
 * What a director and an auditor read, in a real browser against the real program: history
 * replayed with no rule changed is history; with a shorter limit it differs, incident by
 * incident; a faulty table is refused line by line. A look at a caller's phone stands in
 * the auditor's list, on the page and in the file. axe looks at every page.
 */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { violations } from './axe';
import { picture } from './pictures';
import { Stage } from './stage';

const stage = Stage.up();



describe.sequential('what if', () => {
  let page: Page;

  test('with no rule changed, history follows again', async () => {
    page = await stage.windowAs('supervisor');
    await page.goto('/whatif');
    await page.getByText('未改动任何规则').waitFor();
    await page.getByRole('button', { name: '开始推演' }).click();
    await page.getByText('没有事件与当时不同').waitFor({ timeout: 60_000 });
    expect.soft(await violations(page), 'axe on what-if').toEqual([]);
  });

  test('with less time for a stage, the incidents that turn late are named, each with why', async () => {
    const limits = page.locator('section.rule').filter({ has: page.getByRole('heading', { name: '环节时限' }) });
    await limits.getByRole('button', { name: '修改' }).click();
    await limits.getByLabel('verifying 一般').fill('5 urgent_minutes');
    await limits.getByLabel('verifying 一般').blur();
    await limits.getByText('改动 1 处').waitFor();
    await page.getByRole('button', { name: '再次推演' }).click();
    const differing = page.getByRole('table', { name: '结果不同的事件' });
    await differing.waitFor({ timeout: 60_000 });
    expect(await differing.getByRole('link').count()).toBeGreaterThan(10);
    await differing.getByText(/核实时限 .* → 5 分钟|核实时限/).first().waitFor();
    await page.getByRole('row').filter({ hasText: '待核实' }).getByText(/变差/).waitFor();
    await page.evaluate(() => document.querySelector('.sum')?.scrollIntoView());
    await picture(page, 'whatif');
    expect.soft(await violations(page), 'axe on a replay').toEqual([]);
  });

  test('a faulty table is refused with its fault, and nothing is replayed', async () => {
    const limits = page.locator('section.rule').filter({ has: page.getByRole('heading', { name: '环节时限' }) });
    await limits.getByLabel('verifying 一般').fill('soon');
    await limits.getByLabel('verifying 一般').blur();
    await page.getByRole('button', { name: '再次推演' }).click();
    await limits.getByRole('alert').getByText('规则表有错误').waitFor();
    await limits.getByRole('button', { name: '恢复' }).click();
    await limits.getByText('沿用当时').waitFor();
  });
});

describe.sequential('the reports', () => {
  test('a look at a caller stands in the auditor’s list and in its file', async () => {
    const [hotline, street] = [await stage.requestsAs('hotline'), await stage.requestsAs('street')];
    const cell: { geometry: { coordinates: [number, number][][] } } = await (await hotline.get('/api/v1/grid/cells/440114002002')).json();
    const ring = cell.geometry.coordinates[0] ?? [];
    const mean = (k: 0 | 1): number => ring.reduce((sum, p) => sum + p[k], 0) / ring.length;
    const made = await hotline.post('/api/v1/incidents', {
      data: {
        source: 'hotline', matter: { scheme: 'gb47678.5-2026', kind: 'matter', code: '07003' }, description: '有人说楼下招牌松动。', reporter: { name: '张三', phone: '13800001234' },
        location: { lng: mean(0), lat: mean(1), crs: 'wgs84', address: '桂花路口' },
      },
    });
    expect(made.status(), await made.text()).toBe(201);
    const { id, number }: { id: string; number: string } = await made.json();
    const looked = await street.post(`/api/v1/incidents/${id}/commands/view-caller`, { data: { reason: '=联系诉求人核对位置' } });
    expect(looked.status(), await looked.text()).toBe(200);

    const page = await stage.windowAs('supervisor');
    await page.goto('/reports/caller-views');
    const row = page.getByRole('row').filter({ hasText: number });
    await row.getByText('=联系诉求人核对位置').waitFor();
    await row.getByText('花城街道指挥中心').first().waitFor();
    expect(await page.getByText('13800001234').count(), 'no phone is shown').toBe(0);

    const href = (await page.getByRole('link', { name: 'CSV UTF-8' }).getAttribute('href')) ?? '';
    const file = await page.request.get(href);
    expect(file.headers()['content-type']).toContain('text/csv');
    const body = await file.body();
    expect([...body.subarray(0, 3)], 'a byte order mark').toEqual([0xef, 0xbb, 0xbf]);
    const line = new TextDecoder().decode(body).split('\r\n').find((l) => l.includes(number)) ?? '';
    expect(line).toContain("'=联系诉求人核对位置");
    expect(line).not.toContain('13800001234');
    await row.getByRole('link').first().click();
    await page.getByRole('heading', { name: '办理过程' }).waitFor();
  });

  test('every report has its page, its rule and its files, and passes axe', async () => {
    const page = await stage.windowAs('district');
    await page.goto('/reports');
    for (const name of ['临期异常操作', '挂账存量', '快结又来', '一人经手', '诉求人信息查看']) {
      await page.getByRole('navigation', { name: '报表' }).getByRole('link', { name }).click();
      await page.getByText(/^截至存证序号 /).waitFor();
      for (const file of ['XLSX', 'CSV UTF-8', 'CSV GB 18030']) {
        const answer = await page.request.get((await page.getByRole('link', { name: file, exact: true }).getAttribute('href')) ?? '');
        expect(answer.status(), `${name} ${file}`).toBe(200);
      }
      expect.soft(await violations(page), `axe on ${name}`).toEqual([]);
    }
    await page.goto('/reports/bulletin');
    const paper = await page.request.get((await page.getByRole('link', { name: '打印版' }).first().getAttribute('href')) ?? '');
    expect(await paper.text()).toContain('月度运行通报');
    expect.soft(await violations(page), 'axe on the bulletins').toEqual([]);
  });
});
