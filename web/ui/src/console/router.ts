import { createRouter, createWebHistory } from 'vue-router';
import { home } from './access';
import { user } from './session';

export const router = createRouter({
  history: createWebHistory('/'),
  routes: [
    { path: '/', name: 'work', component: () => import('./pages/WorkPage.vue') },
    { path: '/incidents', redirect: (to) => ({ path: '/', query: to.query }) },
    { path: '/incidents/:id', name: 'incident', component: () => import('./pages/IncidentPage.vue'), props: true },
    { path: '/hotline', name: 'hotline', component: () => import('./pages/HotlinePage.vue') },
    { path: '/hotline/:id', name: 'ticket', component: () => import('./pages/TicketPage.vue'), props: true },
    { path: '/approvals', name: 'approvals', component: () => import('./pages/ApprovalsPage.vue') },
    { path: '/duty/:part?', name: 'duty', component: () => import('./pages/DutyPage.vue'), props: true },
    { path: '/returns', name: 'returns', component: () => import('./pages/ReturnsPage.vue') },
    { path: '/reference/:table?', name: 'reference', component: () => import('./pages/ReferencePage.vue'), props: true },
    { path: '/reports/:name?', name: 'reports', component: () => import('./pages/ReportsPage.vue'), props: true },
    { path: '/whatif', name: 'whatif', component: () => import('./pages/WhatIfPage.vue') },
    { path: '/statistics', name: 'statistics', component: () => import('./pages/StatisticsPage.vue') },
    { path: '/statistics/indicators', name: 'indicators', component: () => import('./pages/IndicatorsPage.vue') },
    { path: '/login', name: 'login', component: () => import('./pages/LoginPage.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
});

router.beforeEach((to) => {
  if (to.name !== 'login' && user.value === null) return { name: 'login', query: { next: to.fullPath } };
  if (user.value === null) return true;
  const first = home(user.value);
  if (to.name === 'login' || (to.path === '/' && first !== '/')) return first;
  return true;
});
