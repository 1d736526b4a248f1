import type { Text } from "../messages";

/** What the learner says in words: `why_` and a code of learner/reasons.py; the English is the same there. */
export const REASON_MESSAGES = {
  why_no_rounds: {
    th: "ยังไม่มีรอบที่ปิดและวัดผลครบทั้งสองแขน รอให้รอบแรกปิดก่อน",
    en: "No round of both arms has been closed and measured yet. Wait for the first.",
  },
  why_no_plan: {
    th: "ยังไม่มีแผน เขียนในหน้าแผนก่อน แผนจะล็อกเองเมื่อมีงานแรก",
    en: "There is no plan. Write one on the page Plan; one is locked at the first label.",
  },
  why_no_guideline: {
    th: "ยังไม่มีคู่มือ จึงไม่มีงานใดล้าสมัย เขียนในหน้าคู่มือก่อน",
    en: "There is no guideline, so that no label is out of date. Write one on the page Guideline.",
  },
  why_no_second_readings: {
    th: "ยังไม่มีรอบที่ปิด หรือยังไม่มีประโยคของชุดวัดผลที่อ่านสองคน ตั้งค่าให้ชุดวัดผลอ่านสองคน แล้วรอให้รอบปิด",
    en: "No round is closed, or no holdout sentence has been read twice. Have the holdout read by two (a setting), and wait for a round.",
  },
  why_no_refits: {
    th: "ยังไม่มีการฝึกซ้ำโดยตัดกลุ่มกุญแจออกทีละกลุ่ม และไม่มีการทดลองซ้ำ ขอให้ผู้ดูแลระบบสั่ง `manage.py analyse --replay without_group`",
    en: "No refits without each of the key groups are stored, nor replicate streams. Ask the administrator for `manage.py analyse --replay without_group`.",
  },
  why_no_common_cost: {
    th: "ต้นทุนของสองแขนยังไม่มีช่วงที่ตรงกัน รอรอบถัดไป",
    en: "The arms share no range of charged cost yet. Wait for further rounds.",
  },
  why_pool_empty: { th: "คลังรอเลือกว่างเปล่า นำเข้าข้อความเพิ่ม", en: "The pool is empty. Import more texts." },
  why_not_measured: {
    th: "ไม่ได้วัดไว้ รอบที่ {round} วัดด้วยโปรแกรมรุ่นก่อน รอบต่อไปจะมี",
    en: "Not measured: an earlier version of the software measured round {round}. The next round will have it.",
  },
  why_nothing_to_count: { th: "ไม่มีอะไรให้นับ หรือค่าอยู่สุดขอบแล้ว", en: "There is nothing to count, or the figure is at its limit." },
  why_one_side_empty: { th: "ฝั่งหนึ่งไม่มีอะไรให้นับ", en: "One side has nothing to count." },
  why_nothing_to_compare: {
    th: "มี {sentences} ประโยค และมี {frame} ประโยคให้สุ่มเทียบ จึงเทียบไม่ได้ รองานเพิ่ม",
    en: "{sentences} sentences, with {frame} to redraw from, leave nothing to compare. Wait for more labels.",
  },
  why_too_few_to_fold: {
    th: "{first} และ {second} ประโยคจาก {documents} เอกสาร น้อยเกินกว่าจะแยกออกจากกัน รองานเพิ่ม",
    en: "{first} and {second} sentences of {documents} documents are too few to tell apart. Wait for more labels.",
  },
  why_too_few_readings: {
    th: "มีงานที่เห็นคำเสนอ {shown} และไม่เห็น {hidden} ต้องมีอย่างน้อยฝั่งละ {least} รองานเพิ่ม หรือเพิ่มส่วนที่ซ่อนคำเสนอในหน้าตั้งค่า",
    en: "{shown} readings with a suggestion shown and {hidden} with one hidden; at least {least} of each are needed. Wait for more, or raise the share of controls (a setting).",
  },
  why_too_few_streams: {
    th: "มีการทดลองซ้ำ {streams} ชุด ต้องมีอย่างน้อย {least} เล่นเพิ่มก่อน",
    en: "{streams} replicate streams; at least {least} are needed. Play more of them.",
  },
  why_too_few_rounds: {
    th: "มี {rounds} รอบ ต้องมีอย่างน้อย {least} รอบจึงจะเห็นว่าเส้นไปทางไหน รอรอบถัดไป",
    en: "{rounds} rounds; at least {least} are needed to see where a curve goes. Wait for further rounds.",
  },
  why_too_few_rounds_to_bend: {
    th: "มีเพียง {rounds} รอบ ยังหาการเปลี่ยนไม่ได้ รอรอบถัดไป",
    en: "{rounds} rounds are too few to look for a change in. Wait for further rounds.",
  },
  why_too_few_rounds_beside: {
    th: "มี {before} รอบก่อนและ {after} รอบหลัง ต้องมีอย่างน้อยฝั่งละ {least} ดูอีกครั้งเมื่อมีรอบเพิ่ม",
    en: "{before} rounds before and {after} after; at least {least} a side are needed. Look again after further rounds.",
  },
  why_too_few_seeds_for_samples: {
    th: "ค่าเริ่มต้นสุ่มของแบบจำลองมี {seeds} น้อยเกินกว่าจะแยกออกจากความบังเอิญของตัวอย่าง เพิ่มได้ในหน้าตั้งค่า มีผลกับรอบต่อไป",
    en: "Too few model seeds ({seeds}) to tell their noise from that of the samples. Set more; later rounds will have them.",
  },
  why_costs_alike: {
    th: "ต้นทุนแบบนี้ของแต่ละรอบไม่ต่างกัน เลือกแกนนอนแบบอื่น",
    en: "The rounds do not differ in this cost. Choose another one.",
  },
  why_cost_and_share_alike: {
    th: "ต้นทุนกับสัดส่วนของงานหลังเหตุการณ์เปลี่ยนไปด้วยกัน จึงแยกผลไม่ได้ ดูอีกครั้งเมื่อมีรอบเพิ่ม",
    en: "Cost and share of labels after the event do not vary enough to be told apart. Look again after further rounds.",
  },
  why_not_rising: { th: "เส้นไม่ได้สูงขึ้นในรอบที่ผ่านมา", en: "The curve has not risen over these rounds." },
  why_too_far: { th: "ไกลเกิน {times} เท่าของที่ใช้ไปแล้ว", en: "Farther than {times} times what has been spent." },

  why_no_closed_round: {
    th: "ยังไม่มีรอบที่ปิดให้ทำสะพาน รอให้รอบแรกปิดก่อน",
    en: "There is no closed round to bridge from. Wait until one has closed.",
  },
  why_nothing_replaced: {
    th: "ยังไม่เคยเปลี่ยนคู่มือ จึงไม่มีอะไรให้ทำสะพาน เผยแพร่คู่มือฉบับใหม่ก่อน",
    en: "No guideline has been replaced yet, so that there is nothing to bridge. Publish the new rules first.",
  },
  why_nothing_outdated: { th: "ไม่มีประโยคที่อ่านตามคู่มือเก่าเท่านั้น จึงไม่มีอะไรให้ทำสะพาน", en: "Nothing was read under older rules only, so that there is nothing to bridge." },
  why_bridged: {
    th: "มีสะพานไปยังฉบับที่ {version} แล้ว ดูต่อที่สะพานนั้น",
    en: "There is a bridge to version {version} already. Go on with that one.",
  },
  why_switched: {
    th: "คำเฉลยเปลี่ยนมาใช้กติกานี้แล้ว ไม่ต้องทำอะไรอีก",
    en: "The references have passed to these rules already. Nothing is left to do.",
  },
  why_bridge_unread: {
    th: "สะพานยังอ่านไม่ครบ จึงเปลี่ยนคำเฉลยในคราวเดียวไม่ได้ รอให้อ่านครบก่อน",
    en: "The bridge is not read to its end, so that references cannot pass in one step. Wait until it is.",
  },
  why_round_under_way: {
    th: "มีรอบที่กำลังทำอยู่แล้ว รอให้ปิดหรือยกเลิกก่อน",
    en: "A round is under way already. Wait until it has closed, or cancel it.",
  },
  why_arm_unfinished: {
    th: "แขน {arm} ยังไม่มีประโยคที่เสร็จให้เรียนรู้ รอให้มีคนตัดก่อน",
    en: "The {arm} arm has no finished sentence to learn from yet. Wait until some of it is read.",
  },
  why_round_over: { th: "รอบที่ {round} {state} ไปแล้ว โหลดหน้านี้ใหม่", en: "Round {round} is {state} already. Load the page again." },
  why_round_not_failed: {
    th: "รอบที่ {round} {state} เริ่มใหม่ได้เฉพาะรอบที่ล้มเหลว โหลดหน้านี้ใหม่",
    en: "Round {round} is {state}; only a failed round can be restarted. Load the page again.",
  },
  why_round_not_latest: {
    th: "รอบที่ {round} ไม่ใช่รอบล่าสุดแล้ว เปิดรอบใหม่แทน",
    en: "Round {round} is not the latest any more. Open a new round instead.",
  },
  why_plan_needs_note: {
    th: "แผนล็อกแล้ว จะเปลี่ยนต้องเขียนเหตุผลก่อน",
    en: "The plan is locked. Write a note that says why it changes.",
  },
  why_plan_changed: {
    th: "มีคนอื่นเปลี่ยนแผนไปก่อนแล้ว โหลดหน้านี้ใหม่เพื่อดูของเขาก่อน",
    en: "Somebody else has changed the plan meanwhile. Load the page again and look at theirs first.",
  },
  why_plan_locked: {
    th: "แผนล็อกไปก่อนแล้ว ยังเปลี่ยนได้โดยเขียนเหตุผล",
    en: "The plan was locked before. It can still be changed, with a note that says why.",
  },

  why_round_without_model: {
    th: "ไม่มีรอบ {round} ที่ปิดแล้วและมีแบบจำลองในโครงการนี้ โหลดหน้านี้ใหม่",
    en: "There is no closed round {round} with a model in this project. Load the page again.",
  },
  why_model_files_gone: {
    th: "ไฟล์แบบจำลองของรอบที่ {round} หายไปจากที่เก็บ แจ้งผู้ดูแลระบบ",
    en: "The files of round {round}'s model are gone from the store. Tell the administrator.",
  },
  why_package_unasked: {
    th: "ยังไม่มีใครสั่งแพ็กเกจของรอบที่ {round} สั่งก่อน",
    en: "Nobody has asked for the package of round {round} yet. Ask for it first.",
  },
  why_package_unwritten: {
    th: "แพ็กเกจของรอบที่ {round} ยังเขียนไม่เสร็จ รอสักครู่",
    en: "The package of round {round} is not written yet. Wait a moment.",
  },
  why_bridge_model_unknown: {
    th: "ไม่มีแบบจำลอง '{model}' เลือกจาก {known}",
    en: "There is no model '{model}'; there are {known}. Choose one of these.",
  },
  why_guideline_bridge_none: {
    th: "ไม่มีสะพานไปยังฉบับที่ {version} โหลดหน้านี้ใหม่",
    en: "There is no bridge to version {version}. Load the page again.",
  },
  why_plan_unwritten: { th: "ยังไม่มีแผนให้ล็อก เขียนแผนก่อน", en: "There is no plan to lock; write one first." },
  why_analysis_unknown: {
    th: "ไม่มีการวิเคราะห์ชื่อ '{name}' เลือกจาก {known}",
    en: "There is no analysis '{name}'; there are {known}. Choose one of these.",
  },
  why_events_or_csv: {
    th: "ส่งเหตุการณ์เป็น `events` หรือ `csv` อย่างใดอย่างหนึ่ง",
    en: "The events come as `events` or as `csv`; send one of the two.",
  },
  why_event_wrong: { th: "เหตุการณ์ที่ {place}: {problem}", en: "Event {place}: {problem}" },
  why_events_no_table: {
    th: "บรรทัดที่ {line} ของไฟล์เหตุการณ์อ่านเป็นตารางไม่ได้: {error} บันทึกไฟล์เป็น CSV ใหม่",
    en: "Line {line} of the events is not a table's: {error}. Save the file as CSV again.",
  },
  why_pretraining_there: {
    th: "โครงการนี้มีการฝึกล่วงหน้าแล้ว ดูด้วย `--show` หรือทำต่อด้วย `--resume`",
    en: "The project has a pre-training already. See it by `--show`, go on with it by `--resume`.",
  },
  why_pretraining_is: {
    th: "การฝึกล่วงหน้า{state} จึงทำสิ่งนี้ตอนนี้ไม่ได้ ดูด้วย `--show`",
    en: "The pre-training is {state}; this cannot be done with it now. See it by `--show`.",
  },
  why_sealed_opened: {
    th: "ชุดวัดผลที่ปิดผนึกเปิดไปแล้วเมื่อ {day} ผลอยู่ในเหตุการณ์นั้น",
    en: "The sealed half was opened on {day}; its figures are in that event.",
  },
  why_sealed_unread: {
    th: "อ่านชุดวัดผลที่ปิดผนึกไปแล้ว {done} จาก {sentences} ประโยค ต้องอ่านให้ครบก่อน",
    en: "{done} of {sentences} sentences of the sealed half are read. Have all of them read first.",
  },
  why_no_round_closed: { th: "ยังไม่มีรอบที่ปิด รอให้รอบแรกปิดก่อน", en: "No round has closed yet. Wait for the first." },
  why_clock_real: {
    th: "โครงการนี้ใช้เวลาจริง เลื่อนได้เฉพาะนาฬิกาของการซ้อม",
    en: "This project runs on the real clock; only a rehearsal's clock can be moved.",
  },
  why_clock_back: {
    th: "นาฬิกาอยู่ที่ {shown} ย้อนไป {to} ไม่ได้ ใส่เวลาที่หลังกว่า",
    en: "The clock shows {shown}; it does not go back to {to}. Give a later time.",
  },

  why_attempt_failed: { th: "ครั้งที่ {attempt}: {problem}", en: "Attempt {attempt}: {problem}" },
  why_holder_silent: {
    th: "เครื่องที่ทำงานนี้อยู่เงียบไป ระบบจะลองใหม่เอง ถ้าไม่สำเร็จทุกครั้งให้เริ่มรอบใหม่",
    en: "The process at work on it stopped answering. It is tried again by itself; if all tries fail, restart the round.",
  },
  why_shard_failed: { th: "ส่วนที่ {shard} ของคลังรอเลือก: {problem}", en: "Shard {shard} of the pool: {problem}" },
  why_shard_given_up: {
    th: "ส่วนที่ {shard} ของคลังรอเลือกทำไม่สำเร็จ {attempts} ครั้ง เริ่มรอบใหม่",
    en: "Shard {shard} of the pool was given up {attempts} times. Restart the round.",
  },
  why_suggestions_failed: { th: "แบบเสนอ: {problem}", en: "Suggestions: {problem}" },
  why_suggestions_given_up: {
    th: "ทำแบบเสนอของลำดับใหม่ไม่สำเร็จ {attempts} ครั้ง เริ่มรอบใหม่",
    en: "Suggestions for the order were given up {attempts} times. Restart the round.",
  },
  why_too_little_text: {
    th: "ข้อความน้อยเกินไปสำหรับฝึกล่วงหน้า นำเข้าเพิ่ม: {error}",
    en: "There is too little text to pre-train on; import more: {error}",
  },
  why_nothing_to_learn: {
    th: "งานที่ทำไว้ยังไม่มีอะไรให้เรียนรู้ เก็บงานเพิ่ม: {error}",
    en: "The labels hold nothing to learn from yet; collect more: {error}",
  },

  why_too_few_documents: {
    th: "ไม่มีช่วงความเชื่อมั่น: มี {documents} เอกสาร ต่ำกว่า {least} ช่วงจะแคบเกินจริง",
    en: "No interval: {documents} documents, and from fewer than {least} it would be too narrow.",
  },
  why_too_few_seeds: {
    th: "ช่วงนี้ไม่รวมความบังเอิญของค่าเริ่มต้นสุ่ม: มี {seeds} ต้องมีอย่างน้อย {least}",
    en: "The interval leaves out the choice of model seeds: {seeds} of them, and at least {least} are needed.",
  },
  why_choices_left_out: {
    th: "คิดโดยตัดกลุ่มประโยคออกจากตัวอย่างที่จับไว้แล้ว ไม่รวมว่าแขนเชิงรุกจะเลือกประโยคอื่นแทน",
    en: "The sample term deletes groups of sentences from the samples as drawn; that the active arm would then have chosen other sentences is left out.",
  },

  why_before_horizon: { th: "ใช้ไป {percent} % ของงบ แผนจะตัดสินเมื่อครบงบ", en: "{percent} % of the budget is spent; the plan is judged at its horizon." },
  why_zero_outside: { th: "ศูนย์อยู่นอกช่วงความเชื่อมั่น", en: "Zero lies outside the interval." },
  why_zero_outside_but_small: {
    th: "ศูนย์อยู่นอกช่วงความเชื่อมั่น แต่ผลต่างเล็กกว่าที่นับว่าสำคัญ คือ {smallest}",
    en: "Zero lies outside the interval; the effect is below the smallest of interest, {smallest}.",
  },
  why_within_smallest: {
    th: "ทั้งช่วงห่างจากศูนย์ไม่เกิน {smallest} ซึ่งเป็นผลต่างเล็กที่สุดที่นับว่าสำคัญ",
    en: "The whole interval lies within the smallest effect of interest, {smallest}, of zero.",
  },
  why_holds_both: {
    th: "ช่วงความเชื่อมั่นมีทั้งศูนย์และผลต่างตั้งแต่ {smallest} ขึ้นไป จึงบอกไม่ได้",
    en: "The interval holds zero and effects of {smallest} and more: it cannot say.",
  },

  why_bridge_model: { th: "{preset} แทนแบบจำลองของรอบ", en: "{preset} instead of the round's model" },
  why_bridge_rules: { th: "ฉบับที่ {version}: แบบจำลองเดิม วัดด้วยกติกาใหม่", en: "version {version}: the same models by the new rules" },
  why_bridge_labels: { th: "ฉบับที่ {version}: ตัดใหม่แล้ว วัดด้วยกติกาใหม่", en: "version {version}: labels made again, by the new rules" },
  why_bridge_both: { th: "ฉบับที่ {version}: กติกาและงานใหม่รวมกัน", en: "version {version}: rules and labels together" },
  why_bridge_identical: {
    th: "ตัวอย่าง เอกสารของชุดวัดผล และค่าเริ่มต้นสุ่มเหมือนกันทั้งก่อนและหลัง",
    en: "The samples, the holdout's documents and the model seeds are identical before and after.",
  },
  why_bridge_models_only: {
    th: "เป็นผลต่อแบบจำลองที่ฝึกจากตัวอย่างเหล่านี้ ไม่ใช่ต่อสิ่งที่คนทำต่อจากนั้น",
    en: "The effect is that of the change on models trained from these samples, not on what annotators do later.",
  },

  why_straight_line: {
    th: "ถ้าไม่มีเหตุการณ์ ผลต่างของสองแขน (logit) จะเป็นเส้นตรงตาม log ของต้นทุนต่อไป",
    en: "Without the event the arms' difference in logits would have gone on in a straight line over log cost.",
  },
  why_in_proportion: { th: "ผลของเหตุการณ์เป็นไปตามสัดส่วนของงานที่ทำหลังจากนั้น", en: "The event acts in proportion to the share of labels made after it." },
  why_nothing_else: { th: "ไม่มีสิ่งอื่นที่เริ่มพร้อมกันและสองแขนตอบสนองต่างกัน", en: "Nothing else began at the same time that the arms respond to differently." },
  why_same_reference: { th: "ชุดวัดผลและคำเฉลยเหมือนกันทุกรอบ", en: "The holdout and its reference are the same in all rounds." },
  why_responses_only: {
    th: "เป็นผลต่างของการตอบสนองของสองแขน เหตุการณ์ที่ขยับทั้งสองแขนเท่ากันจะไม่เห็น",
    en: "It is a difference between the arms' responses; an event that moves both alike shows nothing.",
  },

  why_next_reader: {
    th: "ประโยคเดียวกันอ่านตามทั้งสองฉบับ คนอ่านครั้งที่สองคือใครก็ได้ที่มารับงานถัดไป",
    en: "The same sentences were read under both versions; the second reader was whoever came for work next.",
  },
  why_people_differ_alike: {
    th: "ในประโยคเหล่านี้ สองคนตัดต่างกันบ่อยเท่ากับในประโยคที่สองคนอ่านตามฉบับเดียวกัน",
    en: "On them two people differ as often as on the sentences that two people read under one version.",
  },
  why_labels_only: {
    th: "บอกว่ากติกาเปลี่ยนงานอย่างไร ไม่ได้บอกว่าแขนหรือวิธีจับใดดีกว่า",
    en: "It says what the rules did to labels, not which arm or which way of drawing is the better one.",
  },

  why_assumed_fair_test: { th: "งานที่เก็บมาใช้ทดสอบแบบจำลองได้อย่างเป็นธรรม", en: "The labels collected are a fair test of the model." },
  why_follows_fair_test: {
    th: "กันชุดวัดผลที่สุ่มไว้ ไม่ให้แขนใดแตะ อย่าตัดสินแบบจำลองด้วยสิ่งที่แขนเชิงรุกเลือก",
    en: "Keep a random holdout that no arm touches; do not judge the model on what active sampling chose.",
  },
  why_assumed_equal_time: { th: "ทุกประโยคใช้เวลาต่อกลุ่มอักขระเท่ากัน", en: "Every sentence costs the same time a cluster." },
  why_follows_equal_time: { th: "เทียบสองแขนที่เวลาทำงานเท่ากัน ไม่ใช่จำนวนประโยคเท่ากัน", en: "Compare arms at equal charged seconds, not at equal sentences." },
  why_assumed_equal_length: { th: "ประโยคที่ถูกเลือกยาวเท่ากับประโยคอื่น", en: "Sentences that are chosen are as long as others." },
  why_follows_equal_length: {
    th: "คิดต้นทุนเป็นกลุ่มอักขระหรือวินาที วิธีที่ชอบประโยคยาวจะดูดีกว่าจริงเมื่อนับเป็นประโยค",
    en: "Charge clusters or seconds; a strategy that likes long sentences looks better a sentence.",
  },
  why_assumed_all_labelled: { th: "ทุกประโยคที่ถูกเลือกได้คำตอบ", en: "Every sentence that is chosen gets a label." },
  why_follows_all_labelled: {
    th: "แสดงประโยคที่ไม่มีใครทำแยกตามแขนพร้อมขอบเขต และให้ประโยคเหล่านั้นคงที่เดิม",
    en: "Show what was declined by arm, with its bounds; let declined sentences keep their place.",
  },
  why_assumed_right_labels: { th: "งานที่ทำถูกต้อง", en: "Labels are right." },
  why_follows_right_labels: {
    th: "ให้ส่วนหนึ่งของชุดวัดผลอ่านสองคน ค่าที่สูงกว่าความเห็นตรงกันของคนอ่านไม่มีความหมาย",
    en: "Have part of the holdout read twice; no figure above the readers' agreement means anything.",
  },
  why_assumed_one_reading: { th: "ข้อความเดียวกันตัดเหมือนกันเสมอ", en: "The same string is always segmented alike." },
  why_follows_one_reading: { th: "ดูข้อความที่ตัดต่างกันก่อนโทษแบบจำลอง และตัดชุดวัดผลใหม่ก่อน", en: "Look at the conflicts before blaming the model, and repair the holdout first." },
  why_assumed_no_anchoring: { th: "คำเสนอไม่ชักนำคนทำ", en: "What annotators are shown does not sway them." },
  why_follows_no_anchoring: {
    th: "เสนอให้สองแขนเหมือนกัน หรือไม่เสนอเลย และกันส่วนหนึ่งไว้โดยไม่เสนอ",
    en: "Suggest the same to both arms, or nothing, and keep a share without suggestions.",
  },
  why_assumed_same_model: { th: "แบบจำลองที่เลือกเป็นตัวเดียวกับที่จะใช้", en: "The model that chooses is the model that is used." },
  why_follows_same_model: {
    th: "ฝึกแบบจำลองอื่นด้วยตัวอย่างนี้ก่อนเก็บเป็นทรัพยากรระยะยาว",
    en: "Train another model on the sample before keeping it as a lasting resource.",
  },
  why_assumed_quiet_world: { th: "ไม่มีอะไรเปลี่ยนระหว่างทำงาน", en: "Nothing changes while labels are made." },
  why_follows_quiet_world: {
    th: "บันทึกทุกการเปลี่ยน และวางแผนทำสะพานเมื่อทีมเป็นผู้เปลี่ยนเอง",
    en: "Record every change; plan a bridge round for those that the team controls.",
  },
  why_assumed_fresh_order: { th: "ลำดับที่แจกเป็นของแบบจำลองปัจจุบัน", en: "The order served is that of the current model." },
  why_follows_fresh_order: {
    th: "นับประโยคที่แจกจากลำดับเก่าก่อนการเปลี่ยน และปิดรอบให้เร็วขึ้นหลังเปลี่ยน",
    en: "Count what was served from orders older than a change, and turn the loop faster after one.",
  },
  why_assumed_sample_is_strategy: { th: "ที่ตัวอย่างนี้ได้เพิ่ม คือที่วิธีจับได้เพิ่ม", en: "A gain of this sample is a gain of the strategy." },
  why_follows_sample_is_strategy: {
    th: "อ้างว่าวิธีจับดีกว่าได้ต่อเมื่อช่วงความเชื่อมั่นรวมความบังเอิญของการจับตัวอย่างแล้ว",
    en: "Claim a strategy's gain only with an interval that contains the drawing of the sample.",
  },

  outcome_active_is_better: { th: "แขนเชิงรุกดีกว่า", en: "Active is better" },
  outcome_active_is_worse: { th: "แขนเชิงรุกแย่กว่า", en: "Active is worse" },
  outcome_no_difference_shown: { th: "ไม่พบผลต่าง", en: "No difference shown" },
  outcome_too_early: { th: "ยังเร็วเกินไป", en: "Too early" },
  outcome_not_estimable: { th: "บอกไม่ได้", en: "Cannot be said" },
} satisfies Record<string, Text>;
