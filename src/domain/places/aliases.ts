import type { PlaceName } from './names.ts';

const official = (lang: PlaceName['lang'], text: string): PlaceName => ({ text, lang, kind: 'official' });
const local = (text: string): PlaceName => ({ text, lang: 'en', kind: 'local' });

/**
 * Names of dataset places that the dataset does not have: the second name of Jurf al-Sakhar, and the spellings of ministry
 * and partner reports (domain specification §17.1). Later ones are recorded as events of the area.
 */
export const ALIASES: Readonly<Record<string, readonly PlaceName[]>> = {
  IQG01Q01: [local('Fallujah')],
  IQG01Q01N01: [local('Amriyat al-Fallujah'), local('AAF')],
  IQG01Q02: [local('Qaim')],
  IQG02: [local('Basra')],
  IQG06: [local('Sulaimaniya')],
  IQG07Q04N01: [official('en', 'Jurf al-Nasr'), official('ar', 'جرف النصر')],
  IQG13Q01: [local('Hawija')],
  IQG13Q03: [local('Debes')],
  IQG14: [local('Missan')],
  IQG15: [local('Nineveh')],
  IQG15Q02N02: [local('Qahtaniya')],
  IQG15Q05N01: [local('Qayyarah')],
  IQG16Q01: [local('Al-Dour')],
  IQG16Q04N01: [local('Yathrib')],
  IQG16Q07: [local('Tuz Khurmatu')],
  IQG16Q07N01: [local('Amerli')],
};
