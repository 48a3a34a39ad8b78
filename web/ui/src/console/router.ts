import { createRouter, createWebHistory } from 'vue-router';
import { user } from './session';

export const router = createRouter({
  history: createWebHistory('/'),
  routes: [
    { path: '/', name: 'work', component: () => import('./pages/WorkPage.vue') },
    { path: '/incidents', redirect: (to) => ({ path: '/', query: to.query }) },
    { path: '/incidents/:id', name: 'incident', component: () => import('./pages/IncidentPage.vue'), props: true },
    { path: '/statistics', name: 'statistics', component: () => import('./pages/StatisticsPage.vue') },
    { path: '/login', name: 'login', component: () => import('./pages/LoginPage.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
});

router.beforeEach((to) => {
  if (to.name !== 'login' && user.value === null) return { name: 'login', query: { next: to.fullPath } };
  if (to.name === 'login' && user.value !== null) return '/';
  return true;
});
