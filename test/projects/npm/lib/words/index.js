export const words = { en: 'Hello', de: 'Guten Tag' };
