import type { Label } from '../domain/kernel/labels.ts';

interface Known {
  readonly status: number;
  readonly label: Label;
}

/** Problems of the API itself, each with its status and words that say what to do. */
export const apiProblems = {
  MALFORMED_JSON: {
    status: 400,
    label: {
      en: 'The body is not well-formed JSON in UTF-8. Check it and send it again.',
      ar: 'محتوى الطلب ليس JSON سليمًا بترميز UTF-8. تحقق منه وأعد الإرسال.',
    },
  },
  DUPLICATE_KEY: {
    status: 400,
    label: {
      en: 'A JSON object names the same member twice. Send each once.',
      ar: 'تكرر اسم في كائن JSON. أرسل كل اسم مرة واحدة.',
    },
  },
  FORBIDDEN_KEY: {
    status: 400,
    label: { en: 'A JSON object has a member name that is never allowed.', ar: 'في كائن JSON اسم غير مسموح به.' },
  },
  TOO_DEEP: {
    status: 400,
    label: { en: 'The JSON is nested too deeply.', ar: 'تداخل عناصر JSON أعمق من المسموح.' },
  },
  UNSTORABLE_TEXT: {
    status: 400,
    label: {
      en: 'A text contains a character that cannot be stored (NUL or half a surrogate pair). Remove it.',
      ar: 'في النص حرف لا يمكن حفظه. احذفه.',
    },
  },
  INVALID_INPUT: {
    status: 400,
    label: {
      en: 'The request does not have the shape this operation takes. See `errors`, correct it and send it again.',
      ar: 'بيانات الطلب لا تطابق ما تتطلبه هذه العملية. راجع `errors` وصحح ثم أعد الإرسال.',
    },
  },
  EXPORT_TOO_LARGE: {
    status: 422,
    label: {
      en: 'The list has more than {limit} rows. Narrow it by its filters and export the parts.',
      ar: 'في القائمة أكثر من {limit} سطر. ضيّقها بمعايير التصفية وصدّرها على أجزاء.',
    },
  },
  BAD_REQUEST: {
    status: 400,
    label: { en: 'The request is not well-formed HTTP.', ar: 'الطلب غير سليم.' },
  },
  ID_MISSING: {
    status: 400,
    label: {
      en: 'This command is given to a case. Say which in `id`: its UUID or its reference.',
      ar: 'يُعطى هذا الأمر لملف قائم. حدده في `id` بمعرّفه UUID أو برقمه المرجعي.',
    },
  },
  ID_MALFORMED: {
    status: 400,
    label: {
      en: 'The id is neither a UUID nor a reference such as 4821-9037-5512-3.',
      ar: 'المعرّف ليس UUID ولا رقمًا مرجعيًا مثل 4821-9037-5512-3.',
    },
  },
  REFERENCE_MISTYPED: {
    status: 400,
    label: {
      en: 'A digit of the reference is wrong or two are swapped. Compare it with the paper.',
      ar: 'في الرقم المرجعي خطأ أو رقمان متبادلان. قارنه بالورقة.',
    },
  },
  IDEMPOTENCY_KEY_MISSING: {
    status: 400,
    label: {
      en: 'A command needs the header Idempotency-Key: a fresh UUID for each command, the same one when it is sent again.',
      ar: 'يتطلب الأمر الترويسة Idempotency-Key: معرّف UUID جديد لكل أمر، ونفسه عند إعادة الإرسال.',
    },
  },
  IDEMPOTENCY_KEY_MALFORMED: {
    status: 400,
    label: {
      en: 'Idempotency-Key is 8 to 128 visible ASCII characters, best a UUID.',
      ar: 'تتكون Idempotency-Key من 8 إلى 128 حرف ASCII مرئيًا، والأفضل UUID.',
    },
  },
  IF_MATCH_MALFORMED: {
    status: 400,
    label: { en: 'If-Match is the ETag of the case, such as "7".', ar: 'تكون If-Match قيمة ETag للملف مثل "7".' },
  },
  POSITION_MALFORMED: {
    status: 400,
    label: {
      en: 'Masar-After is a position as a command answered it in Masar-Position.',
      ar: 'تكون Masar-After موضعًا كما ورد في Masar-Position.',
    },
  },
  CURSOR_MALFORMED: {
    status: 400,
    label: { en: 'The cursor is not one this list gave. Start without it.', ar: 'المؤشر غير صادر عن هذه القائمة. ابدأ بدونه.' },
  },
  SEARCH_TOO_SHORT: {
    status: 400,
    label: {
      en: 'Give one word of at least three letters of a name, or something else to look for.',
      ar: 'أدخل كلمة من ثلاثة أحرف على الأقل من الاسم، أو معلومة أخرى للبحث.',
    },
  },
  NUMBER_MALFORMED: {
    status: 400,
    label: {
      en: 'This cannot be such a number. Write it as it stands on the paper.',
      ar: 'لا يمكن أن يكون هذا رقمًا من هذا النوع. اكتبه كما هو مدوّن في الوثيقة.',
    },
  },
  TOKEN_MISSING: {
    status: 401,
    label: {
      en: 'Sign in: send the header Authorization: Bearer with a token.',
      ar: 'سجّل الدخول: أرسل الترويسة Authorization: Bearer مع الرمز.',
    },
  },
  TOKEN_EXPIRED: {
    status: 401,
    label: { en: 'The token has expired. Sign in again.', ar: 'انتهت صلاحية الرمز. سجّل الدخول مجددًا.' },
  },
  TOKEN_INVALID: {
    status: 401,
    label: {
      en: 'The token is not accepted here. Sign in with the identity provider of this installation.',
      ar: 'الرمز غير مقبول هنا. سجّل الدخول عبر مزود الهوية المعتمد.',
    },
  },
  ROUTE_UNKNOWN: {
    status: 404,
    label: { en: 'There is nothing at this address. See /docs.', ar: 'لا يوجد شيء في هذا العنوان. راجع /docs.' },
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    label: {
      en: 'This address does not take this method; the header Allow names those it takes.',
      ar: 'هذا العنوان لا يقبل هذه الطريقة؛ انظر الترويسة Allow.',
    },
  },
  REFERENCE_AMBIGUOUS: {
    status: 409,
    label: {
      en: 'Two cases share this reference. Use the id of the one you mean.',
      ar: 'ملفان لهما الرقم المرجعي نفسه. استخدم معرّف الملف المقصود.',
    },
  },
  STALE: {
    status: 412,
    label: {
      en: 'The case moved on since you looked at it; `since` says how. Load it again and decide anew.',
      ar: 'تغيّر الملف منذ اطلاعك عليه؛ راجع `since`. أعد تحميله ثم قرر.',
    },
  },
  BODY_TOO_LARGE: {
    status: 413,
    label: {
      en: 'The body is over 1 MiB, or 8 MiB for /v1/bulk. Files are not sent with commands; send their reference.',
      ar: 'حجم الطلب يتجاوز 1 ميبيبايت، أو 8 ميبيبايت للأوامر المجمّعة. لا تُرسل الملفات مع الأوامر بل يُرسل مرجعها.',
    },
  },
  UPLOAD_OFFSET_MALFORMED: {
    status: 400,
    label: {
      en: 'A piece of a file needs the header Upload-Offset: how many bytes went before it.',
      ar: 'يتطلب جزء الملف الترويسة Upload-Offset: عدد البايتات المرسلة قبله.',
    },
  },
  UPLOAD_OFFSET_WRONG: {
    status: 409,
    label: {
      en: 'The upload stands at another byte. Ask for its offset and go on from there.',
      ar: 'موضع الرفع مختلف. اطلب الموضع الحالي وتابع منه.',
    },
  },
  UPLOAD_COMPLETE: {
    status: 409,
    label: { en: 'The file has all its bytes already.', ar: 'اكتمل رفع الملف.' },
  },
  UPLOAD_SCATTERED: {
    status: 409,
    label: {
      en: 'The file came in more than {limit} pieces. Announce it anew and send larger ones.',
      ar: 'وصل الملف في أكثر من {limit} جزء. أعلن عنه من جديد وأرسل أجزاء أكبر.',
    },
  },
  TOO_MANY_UPLOADS: {
    status: 409,
    label: {
      en: 'You have {limit} uploads under way. Finish one of them first.',
      ar: 'لديك {limit} عملية رفع غير مكتملة. أكمل إحداها أولًا.',
    },
  },
  UPLOADS_UNNAMED: {
    status: 409,
    label: {
      en: 'You have uploaded as many files that no case names as one person may ({files} files, {bytes} bytes). Attach them first; what nobody attaches is removed after some days.',
      ar: 'رفعت من الملفات غير المرفقة بأي ملف قضية أقصى ما يُسمح به لشخص واحد ({files} ملفًا، {bytes} بايت). أرفقها أولًا؛ وما لا يُرفق يُحذف بعد أيام.',
    },
  },
  FILE_ERASED: {
    status: 410,
    label: { en: 'The file was erased for good.', ar: 'حُذف الملف نهائيًا.' },
  },
  FILE_TOO_LARGE: {
    status: 413,
    label: { en: 'A file may have {limit} bytes at most (20 MiB).', ar: 'الحد الأقصى للملف {limit} بايت (20 ميبيبايت).' },
  },
  UPLOAD_TOO_LONG: {
    status: 413,
    label: {
      en: 'More arrived than the {size} bytes that were announced; the surplus was not kept.',
      ar: 'وصل أكثر من {size} بايت المعلن عنها، ولم تُحفظ الزيادة.',
    },
  },
  UPLOAD_CONTENT_TYPE: {
    status: 415,
    label: {
      en: 'Send a piece of a file as Content-Type: application/offset+octet-stream.',
      ar: 'أرسل جزء الملف بنوع application/offset+octet-stream.',
    },
  },
  EVENT_TOO_LARGE: {
    status: 413,
    label: {
      en: 'What is to be recorded is too large for one entry.',
      ar: 'البيانات المراد تسجيلها أكبر من أن تُحفظ في قيد واحد.',
    },
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    label: { en: 'Send the body as Content-Type: application/json.', ar: 'أرسل المحتوى بنوع application/json.' },
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    label: { en: 'The header fields are too large.', ar: 'ترويسات الطلب أكبر من المسموح.' },
  },
  INTERNAL: {
    status: 500,
    label: {
      en: 'Something went wrong here. Try again with the same Idempotency-Key; report the `instance` if it stays.',
      ar: 'حدث خطأ في النظام. أعد المحاولة بالمفتاح نفسه، وإن استمر فأبلغ بقيمة `instance`.',
    },
  },
  ACCESS_LOG_UNAVAILABLE: {
    status: 503,
    label: {
      en: 'That you looked cannot be put on record just now, so nothing is shown. Try again with the same Idempotency-Key.',
      ar: 'تعذر حاليًا تسجيل اطلاعك، لذلك لا يُعرض شيء. أعد المحاولة بالمفتاح نفسه.',
    },
  },
  UNAVAILABLE: {
    status: 503,
    label: {
      en: 'The store cannot be reached just now; nothing was written. Try again with the same Idempotency-Key.',
      ar: 'تعذر الوصول إلى المخزن حاليًا ولم يُسجل شيء. أعد المحاولة بالمفتاح نفسه.',
    },
  },
  QUERY_TOO_LONG: {
    status: 503,
    label: {
      en: 'The answer took too long to find and was given up. Ask for less at once, or try again later.',
      ar: 'استغرق إعداد الجواب وقتًا أطول من المسموح فأُوقف. ضيّق نطاق الطلب أو أعد المحاولة لاحقًا.',
    },
  },
  NOT_SEALED_YET: {
    status: 409,
    label: {
      en: 'The entry is not under a signed head yet. Ask again in {seconds} seconds.',
      ar: 'القيد غير مشمول بعد برأس شجرة موقّع. أعد الطلب بعد {seconds} ثانية.',
    },
  },
  AUDIT_TREE_DAMAGED: {
    status: 503,
    label: {
      en: 'The audit tree is damaged: nothing can be proved by it until it is restored.',
      ar: 'شجرة التدقيق متضررة، ولا يمكن إثبات شيء بها إلى حين استعادتها.',
    },
  },
  KEY_MISSING: {
    status: 500,
    label: {
      en: 'The key that opens part of this is missing. Nothing was changed. Tell whoever runs Masar, with the number of this answer.',
      ar: 'المفتاح الذي يفتح جزءًا من هذه البيانات مفقود. لم يتغير شيء. أبلغ مشغّل مسار مع ذكر رقم هذه الإجابة.',
    },
  },
  KEYS_UNAVAILABLE: {
    status: 503,
    label: {
      en: 'Personal data can be neither opened nor sealed just now; what needs none of it goes on. Try again with the same Idempotency-Key.',
      ar: 'يتعذر فتح البيانات الشخصية أو حفظها حاليًا، وما لا يحتاج إليها مستمر. أعد المحاولة بالمفتاح نفسه.',
    },
  },
  RESTRICTED_UNAVAILABLE: {
    status: 503,
    label: {
      en: 'The store of restricted cases cannot be reached just now; everything else goes on. Try again with the same Idempotency-Key.',
      ar: 'تعذر الوصول إلى مخزن الملفات المقيّدة حاليًا، وبقية العمل مستمرة. أعد المحاولة بالمفتاح نفسه.',
    },
  },
  OUTCOME_UNKNOWN: {
    status: 503,
    label: {
      en: 'The connection broke before the answer: it may or may not be recorded. Send it again with the same Idempotency-Key; it is recorded once.',
      ar: 'انقطع الاتصال قبل الرد وقد يكون الأمر سُجّل. أعد إرساله بالمفتاح نفسه، ولن يُسجل إلا مرة واحدة.',
    },
  },
  WRITTEN_BY_NEWER_VERSION: {
    status: 503,
    label: {
      en: 'This holds something that a newer version of Masar wrote and this server cannot read yet. Nothing is lost and nothing was written. Try again with the same Idempotency-Key once the server is updated.',
      ar: 'يتضمن هذا ما سجّله إصدار أحدث من مسار ولا يقرؤه هذا الخادم بعد. لم يُفقد شيء ولم يُسجل شيء. أعد المحاولة بالمفتاح نفسه بعد تحديث الخادم.',
    },
  },
  ISSUER_UNREACHABLE: {
    status: 503,
    label: {
      en: 'The identity provider cannot be reached, so the token cannot be checked. Try again.',
      ar: 'تعذر الوصول إلى مزود الهوية للتحقق من الرمز. أعد المحاولة.',
    },
  },
  RATE_LIMITED: {
    status: 429,
    label: {
      en: 'Too many requests. Try again in {seconds} seconds.',
      ar: 'عدد الطلبات كبير. أعد المحاولة بعد {seconds} ثانية.',
    },
  },
  LIMITS_UNAVAILABLE: {
    status: 503,
    label: {
      en: 'Signing in, searches and exports are closed for a moment, since their use cannot be counted. Try again.',
      ar: 'الدخول والبحث والتصدير متوقفة مؤقتًا لتعذر حساب استخدامها. أعد المحاولة.',
    },
  },
  NOT_BUILT_YET: {
    status: 503,
    label: {
      en: 'This list is still being built from the record. Try again in a minute.',
      ar: 'ما زالت هذه القائمة قيد الإنشاء من السجل. أعد المحاولة بعد دقيقة.',
    },
  },
  STORAGE_FULL: {
    status: 507,
    label: {
      en: 'There is no room left for files; nothing of this piece was kept. Tell whoever runs the server.',
      ar: 'لا توجد مساحة كافية للملفات ولم يُحفظ هذا الجزء. أبلغ مسؤول الخادم.',
    },
  },
  BUSY: {
    status: 503,
    label: {
      en: 'The server is overloaded. Try again with the same Idempotency-Key.',
      ar: 'الخادم مثقل. أعد المحاولة بالمفتاح نفسه.',
    },
  },
} as const satisfies Readonly<Record<string, Known>>;

export type ProblemCode = keyof typeof apiProblems;

/** Statuses of refusals by rules where it is not 422. Others are 409 when they begin with ALREADY_. */
const REFUSAL_STATUS: Readonly<Record<string, number>> = {
  FORBIDDEN: 403,
  NOT_ENROLLED: 403,
  SUSPENDED: 403,
  NOT_DEPUTY: 403,
  // Of who may do a thing, but not this one: on record like every other want of a right.
  SECOND_OFFICER_NEEDED: 403,
  SECOND_PERSON_NEEDED: 403,
  FOUR_EYES: 403,
  GRANTED_TO_ONESELF: 403,
  PERSON_ELSEWHERE: 403,
  CONFIRMED_BY_ITS_OFFICE: 403,
  REVIEWED_BY_ANOTHER: 403,
  WAIT_NOT_YOURS: 403,
  TRANSFER_NOT_TO_YOU: 403,
  NOT_FOUND: 404,
  PROCESS_UNKNOWN: 404,
  COMMAND_UNKNOWN: 404,
  CONFLICT: 409,
  WRONG_STATE: 409,
  SUBJECT_ERASED: 409,
  RETRACTED: 409,
  ADOPTION_PENDING: 409,
  TRANSFER_PENDING: 409,
  CORRECTION_PENDING: 409,
  IDEMPOTENCY_KEY_REUSED: 422,
  IF_MATCH_REQUIRED: 428,
};

/** The HTTP status of a code, the API's own or a rule's refusal. */
export const statusOf = (code: string): number =>
  Object.hasOwn(apiProblems, code)
    ? apiProblems[code as ProblemCode].status
    : (REFUSAL_STATUS[code] ?? (code.startsWith('ALREADY_') ? 409 : 422));
