import { dataCodes, dataFields } from '../household/codes.ts';
import { GLOSSARY, type Label } from '../kernel/labels.ts';
import type { Column } from './columns.ts';

const term = (key: string): Label => GLOSSARY[key]!;
const field = (key: string): Label => dataFields[key]!;
const codes = (key: string) => dataCodes[key]!;

/** The standing a paper file names; where nothing is written the family is displaced. */
const standings = {
  displaced: { en: 'Displaced', ar: 'نازحة' },
  returned: { en: 'Returned', ar: 'عائدة' },
  locally_integrated: { en: 'Locally integrated', ar: 'مندمجة محليًا' },
  relocated: { en: 'Relocated', ar: 'مستقرة في مكان ثالث' },
};

const sexes = {
  female: { en: 'Female', ar: 'أنثى' },
  male: { en: 'Male', ar: 'ذكر' },
  unknown: { en: 'Not known', ar: 'غير معروف' },
};

/**
 * The template for households: one row a person, the rows of a family under one file number. What is said of the family stands
 * in the row of its head. Columns follow domain.md §1.1; survivors' and other T3 matters have no column.
 */
export const householdColumns: readonly Column[] = [
  { key: 'fileNo', heading: field('fileNo'), kind: 'text', most: 40, required: 'row', example: '15/2041' },
  { key: 'relation', heading: field('relation'), kind: 'code', codes: codes('relation'), required: 'row', example: 'head' },
  { key: 'firstName', heading: { en: 'First name', ar: 'الاسم' }, kind: 'text', most: 80, required: 'row', example: 'اسم' },
  { key: 'fatherName', heading: { en: "Father's name", ar: 'اسم الأب' }, kind: 'text', most: 80, example: 'أب' },
  { key: 'grandfatherName', heading: { en: "Grandfather's name", ar: 'اسم الجد' }, kind: 'text', most: 80, example: 'جد' },
  { key: 'familyName', heading: { en: 'Family name', ar: 'اللقب' }, kind: 'text', most: 80, example: 'لقب' },
  { key: 'motherName', heading: { en: "Mother's name", ar: 'اسم الأم' }, kind: 'text', example: 'أم' },
  { key: 'sex', heading: { en: 'Sex', ar: 'الجنس' }, kind: 'code', codes: sexes, required: 'row', example: 'female' },
  { key: 'birth', heading: { en: 'Born', ar: 'تاريخ الولادة' }, kind: 'partialDate', example: '1984' },
  { key: 'phone', heading: { en: 'Telephone', ar: 'الهاتف' }, kind: 'phone', example: '07700000000' },
  {
    key: 'nationalNumber',
    heading: { en: 'Number of the unified national card', ar: 'رقم البطاقة الوطنية الموحدة' },
    kind: 'text',
    most: 60,
    unique: true,
    example: '198400000001',
  },
  {
    key: 'nationalCardStatus',
    heading: { en: 'State of the unified national card', ar: 'حالة البطاقة الوطنية الموحدة' },
    kind: 'code',
    codes: codes('status'),
    example: 'valid',
  },
  {
    key: 'civilIdNumber',
    heading: { en: 'Number of the civil status ID', ar: 'رقم هوية الأحوال المدنية' },
    kind: 'text',
    most: 60,
    unique: true,
    example: '',
  },
  {
    key: 'civilIdStatus',
    heading: { en: 'State of the civil status ID', ar: 'حالة هوية الأحوال المدنية' },
    kind: 'code',
    codes: codes('status'),
    example: 'lost',
  },
  {
    key: 'registeredOn',
    heading: { en: 'Registered on', ar: 'تاريخ التسجيل' },
    kind: 'date',
    required: 'unit',
    example: '2014-09-15',
  },
  { key: 'letterNumber', heading: { en: 'Number of the letter', ar: 'رقم الكتاب' }, kind: 'text', most: 80, example: '41/7' },
  { key: 'letterDate', heading: { en: 'Date of the letter', ar: 'تاريخ الكتاب' }, kind: 'date', example: '2014-09-15' },
  { key: 'letterIssuedBy', heading: { en: 'Letter issued by', ar: 'جهة إصدار الكتاب' }, kind: 'text', example: 'قائمقامية' },
  { key: 'origin', heading: field('origin'), kind: 'place', required: 'unit', example: 'IQG15Q07N03' },
  { key: 'displacedOn', heading: { en: 'Displaced on', ar: 'تاريخ النزوح' }, kind: 'partialDate', example: '2014-08' },
  { key: 'wave', heading: field('wave'), kind: 'code', codes: codes('wave'), example: 'aug_2014' },
  { key: 'cause', heading: field('cause'), kind: 'code', codes: codes('cause'), example: 'conflict' },
  { key: 'area', heading: field('place'), kind: 'place', required: 'unit', example: 'IQG15Q02' },
  { key: 'siteType', heading: field('siteType'), kind: 'code', codes: codes('siteType'), required: 'unit', example: 'camp' },
  { key: 'shelter', heading: field('shelter'), kind: 'code', codes: codes('shelter'), required: 'unit', example: 'camp' },
  { key: 'standing', heading: { en: 'Standing', ar: 'وضع الأسرة' }, kind: 'code', codes: standings, example: 'displaced' },
  { key: 'standingOn', heading: { en: 'In this standing since', ar: 'تاريخ هذا الوضع' }, kind: 'date', example: '' },
  { key: 'standingArea', heading: { en: 'Place of this standing', ar: 'مكان هذا الوضع' }, kind: 'place', example: '' },
  { key: 'legacyNumber', heading: field('legacyNumbers'), kind: 'text', most: 40, example: '' },
  { key: 'qCard', heading: term('q_card'), kind: 'text', most: 60, example: '' },
  { key: 'rationCard', heading: term('ration_card'), kind: 'text', most: 60, example: '' },
];
