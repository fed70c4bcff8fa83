-- The store of a dispatcher of schema version 1 (commit 54e8bdb, the last before 2), as sqlite3's .dump
-- wrote it, after real processes of that commit had lived through all that happens to a job: stand-ins
-- for runners and observers, two SIGKILLs of the dispatcher, a rerun, cancels, a classic runner.
-- (Who dials their ports today shall meet nobody: they are 1 and 9 here.)
-- Its logs are in 1.logs, what that dispatcher then said of each commit is in 1.answers.txt.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE journal (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    job    INTEGER NOT NULL,
    at_ms  INTEGER NOT NULL,
    kind   TEXT    NOT NULL,
    entry  TEXT    NOT NULL                -- the whole entry, JSON
  ) STRICT;
INSERT INTO journal VALUES(1,1,1795836167902,'accepted','{"kind":"accepted","job":1,"repository":"demo","commit":"0000000000000000000000000000000000000001","branch":"main","author":"Ada","subject":"Passes","by":"eve","atMs":1795836167902}');
INSERT INTO journal VALUES(2,1,1795836167902,'leased','{"kind":"leased","job":1,"run":"aa92822e-1","number":1,"runner":"ada","classic":false,"atMs":1795836167902}');
INSERT INTO journal VALUES(3,1,1795836167917,'finished','{"kind":"finished","job":1,"run":"aa92822e-1","verdict":"passed","exitCode":0,"signal":null,"reason":"","logBytes":12,"durationMs":5,"atMs":1795836167917}');
INSERT INTO journal VALUES(4,2,1795836167924,'accepted','{"kind":"accepted","job":2,"repository":"demo","commit":"0000000000000000000000000000000000000002","branch":"main","author":"Ada","subject":"Fails, is run again, passes","by":"eve","atMs":1795836167924}');
INSERT INTO journal VALUES(5,2,1795836167924,'leased','{"kind":"leased","job":2,"run":"aa92822e-2","number":1,"runner":"ada","classic":false,"atMs":1795836167924}');
INSERT INTO journal VALUES(6,2,1795836167930,'finished','{"kind":"finished","job":2,"run":"aa92822e-2","verdict":"failed","exitCode":1,"signal":null,"reason":"","logBytes":11,"durationMs":5,"atMs":1795836167930}');
INSERT INTO journal VALUES(7,2,1795836167935,'rerun-asked','{"kind":"rerun-asked","job":2,"atMs":1795836167935}');
INSERT INTO journal VALUES(8,2,1795836167935,'leased','{"kind":"leased","job":2,"run":"aa92822e-3","number":2,"runner":"ada","classic":false,"atMs":1795836167935}');
INSERT INTO journal VALUES(9,2,1795836167948,'finished','{"kind":"finished","job":2,"run":"aa92822e-3","verdict":"passed","exitCode":0,"signal":null,"reason":"","logBytes":16,"durationMs":5,"atMs":1795836167948}');
INSERT INTO journal VALUES(10,3,1795836167953,'accepted','{"kind":"accepted","job":3,"repository":"demo","commit":"0000000000000000000000000000000000000003","branch":"feature/x","author":"Ada","subject":"Handed back, lost, failed","by":"eve","atMs":1795836167953}');
INSERT INTO journal VALUES(11,3,1795836167953,'leased','{"kind":"leased","job":3,"run":"aa92822e-4","number":1,"runner":"ada","classic":false,"atMs":1795836167953}');
INSERT INTO journal VALUES(12,3,1795836167958,'handed-back','{"kind":"handed-back","job":3,"run":"aa92822e-4","runner":"ada","reason":"stopped","detail":"shutting down","atMs":1795836167958}');
INSERT INTO journal VALUES(13,3,1795836167964,'leased','{"kind":"leased","job":3,"run":"aa92822e-5","number":2,"runner":"bob","classic":false,"atMs":1795836167964}');
INSERT INTO journal VALUES(14,3,1795836167968,'lost','{"kind":"lost","job":3,"run":"aa92822e-5","runner":"bob","reason":"closed its connection","confirmed":false,"atMs":1795836167968}');
INSERT INTO journal VALUES(15,3,1795836167977,'leased','{"kind":"leased","job":3,"run":"aa92822e-6","number":3,"runner":"cy","classic":false,"atMs":1795836167977}');
INSERT INTO journal VALUES(16,3,1795836167983,'finished','{"kind":"finished","job":3,"run":"aa92822e-6","verdict":"failed","exitCode":1,"signal":null,"reason":"","logBytes":13,"durationMs":5,"atMs":1795836167983}');
INSERT INTO journal VALUES(17,4,1795836167992,'accepted','{"kind":"accepted","job":4,"repository":"demo","commit":"0000000000000000000000000000000000000004","branch":"main","author":"Ada","subject":"Kills its runners","by":"eve","atMs":1795836167992}');
INSERT INTO journal VALUES(18,4,1795836167992,'leased','{"kind":"leased","job":4,"run":"aa92822e-7","number":1,"runner":"cy","classic":false,"atMs":1795836167992}');
INSERT INTO journal VALUES(19,4,1795836168099,'lost','{"kind":"lost","job":4,"run":"aa92822e-7","runner":"cy","reason":"closed its connection","atMs":1795836168099}');
INSERT INTO journal VALUES(20,4,1795836168102,'leased','{"kind":"leased","job":4,"run":"aa92822e-8","number":2,"runner":"dan","classic":false,"atMs":1795836168102}');
INSERT INTO journal VALUES(21,4,1795836168207,'lost','{"kind":"lost","job":4,"run":"aa92822e-8","runner":"dan","reason":"closed its connection","atMs":1795836168207}');
INSERT INTO journal VALUES(22,4,1795836168210,'leased','{"kind":"leased","job":4,"run":"aa92822e-9","number":3,"runner":"eli","classic":false,"atMs":1795836168210}');
INSERT INTO journal VALUES(23,4,1795836168319,'lost','{"kind":"lost","job":4,"run":"aa92822e-9","runner":"eli","reason":"closed its connection","atMs":1795836168319}');
INSERT INTO journal VALUES(24,4,1795836168319,'finished','{"kind":"finished","job":4,"run":null,"verdict":"errored","exitCode":null,"signal":null,"reason":"3 runners were lost while testing it: cy closed its connection; dan closed its connection; eli closed its connection","logBytes":0,"durationMs":0,"atMs":1795836168319}');
INSERT INTO journal VALUES(25,5,1795836168332,'accepted','{"kind":"accepted","job":5,"repository":"demo","commit":"0000000000000000000000000000000000000005","branch":"main","author":"Ada","subject":"Cancelled while it runs","by":"eve","atMs":1795836168332}');
INSERT INTO journal VALUES(26,5,1795836168332,'leased','{"kind":"leased","job":5,"run":"aa92822e-10","number":1,"runner":"fay","classic":false,"atMs":1795836168332}');
INSERT INTO journal VALUES(27,6,1795836168336,'accepted','{"kind":"accepted","job":6,"repository":"demo","commit":"0000000000000000000000000000000000000006","branch":"main","author":"Ada","subject":"Cancelled while it waits","by":"eve","atMs":1795836168336}');
INSERT INTO journal VALUES(28,6,1795836168344,'finished','{"kind":"finished","job":6,"run":null,"verdict":"cancelled","exitCode":null,"signal":null,"reason":"it was cancelled while it waited","logBytes":0,"durationMs":0,"atMs":1795836168344}');
INSERT INTO journal VALUES(29,5,1795836168350,'cancel-asked','{"kind":"cancel-asked","job":5,"atMs":1795836168350}');
INSERT INTO journal VALUES(30,5,1795836168363,'finished','{"kind":"finished","job":5,"run":"aa92822e-10","verdict":"cancelled","exitCode":1,"signal":null,"reason":"","logBytes":17,"durationMs":5,"atMs":1795836168363}');
INSERT INTO journal VALUES(31,7,1795836168368,'accepted','{"kind":"accepted","job":7,"repository":"demo","commit":"0000000000000000000000000000000000000007","branch":"main","author":"Ada","subject":"In two repositories","by":"eve","atMs":1795836168368}');
INSERT INTO journal VALUES(32,8,1795836168380,'accepted','{"kind":"accepted","job":8,"repository":"other","commit":"0000000000000000000000000000000000000007","branch":"trunk","author":"Ada","subject":"In two repositories","by":"max","atMs":1795836168380}');
INSERT INTO journal VALUES(33,7,1795836168388,'leased','{"kind":"leased","job":7,"run":"aa92822e-11","number":1,"runner":"gus","classic":false,"atMs":1795836168388}');
INSERT INTO journal VALUES(34,7,1795836168396,'finished','{"kind":"finished","job":7,"run":"aa92822e-11","verdict":"passed","exitCode":0,"signal":null,"reason":"","logBytes":14,"durationMs":5,"atMs":1795836168396}');
INSERT INTO journal VALUES(35,8,1795836168407,'leased','{"kind":"leased","job":8,"run":"aa92822e-12","number":1,"runner":"hal","classic":false,"atMs":1795836168407}');
INSERT INTO journal VALUES(36,8,1795836168415,'finished','{"kind":"finished","job":8,"run":"aa92822e-12","verdict":"failed","exitCode":1,"signal":null,"reason":"","logBytes":15,"durationMs":5,"atMs":1795836168415}');
INSERT INTO journal VALUES(37,9,1795836168539,'accepted','{"kind":"accepted","job":9,"repository":null,"commit":"0000000000000000000000000000000000000008","branch":"","author":"","subject":"","by":"a request","atMs":1795836168539}');
INSERT INTO journal VALUES(38,9,1795836168539,'leased','{"kind":"leased","job":9,"run":"aa92822e-13","number":1,"runner":":36767","classic":true,"atMs":1795836168539}');
INSERT INTO journal VALUES(39,9,1795836168555,'finished','{"kind":"finished","job":9,"run":"aa92822e-13","verdict":"passed","exitCode":null,"signal":null,"reason":"","logBytes":22,"durationMs":0,"atMs":1795836168555}');
INSERT INTO journal VALUES(40,10,1795836168567,'accepted','{"kind":"accepted","job":10,"repository":"demo","commit":"0000000000000000000000000000000000000009","branch":"main","author":"Ada","subject":"Outlives its dispatcher","by":"eve","atMs":1795836168567}');
INSERT INTO journal VALUES(41,10,1795836168567,'leased','{"kind":"leased","job":10,"run":"aa92822e-14","number":1,"runner":"ida","classic":false,"atMs":1795836168567}');
INSERT INTO journal VALUES(42,11,1795836168573,'accepted','{"kind":"accepted","job":11,"repository":"demo","commit":"000000000000000000000000000000000000000a","branch":"main","author":"Ada","subject":"Still runs","by":"eve","atMs":1795836168573}');
INSERT INTO journal VALUES(43,11,1795836168573,'leased','{"kind":"leased","job":11,"run":"aa92822e-15","number":1,"runner":"ida","classic":false,"atMs":1795836168573}');
INSERT INTO journal VALUES(44,12,1795836168580,'accepted','{"kind":"accepted","job":12,"repository":"demo","commit":"000000000000000000000000000000000000000b","branch":"main","author":"Ada","subject":"Given out by the second dispatcher","by":"eve","atMs":1795836168580}');
INSERT INTO journal VALUES(45,13,1795836168888,'accepted','{"kind":"accepted","job":13,"repository":"other","commit":"000000000000000000000000000000000000000c","branch":"trunk","author":"Ada","subject":"Waits for a runner","by":"max","atMs":1795836168888}');
INSERT INTO journal VALUES(46,10,1795836169911,'resumed','{"kind":"resumed","job":10,"run":"aa92822e-14","runner":"ida","atMs":1795836169911}');
INSERT INTO journal VALUES(47,11,1795836169911,'resumed','{"kind":"resumed","job":11,"run":"aa92822e-15","runner":"ida","atMs":1795836169911}');
INSERT INTO journal VALUES(48,10,1795836169921,'finished','{"kind":"finished","job":10,"run":"aa92822e-14","verdict":"passed","exitCode":0,"signal":null,"reason":"","logBytes":13,"durationMs":5,"atMs":1795836169921}');
INSERT INTO journal VALUES(49,12,1795836169921,'leased','{"kind":"leased","job":12,"run":"c5148cb8-1","number":1,"runner":"ida","classic":false,"atMs":1795836169921}');
CREATE TABLE job (
    id             INTEGER PRIMARY KEY,
    repository     TEXT,
    commit_id      TEXT    NOT NULL,
    branch         TEXT    NOT NULL,
    author         TEXT    NOT NULL,
    subject        TEXT    NOT NULL,
    accepted_at_ms INTEGER NOT NULL,
    verdict        TEXT,                   -- NULL: not finished
    finished_at_ms INTEGER
  ) STRICT;
INSERT INTO job VALUES(1,'demo','0000000000000000000000000000000000000001','main','Ada','Passes',1795836167902,'passed',1795836167917);
INSERT INTO job VALUES(2,'demo','0000000000000000000000000000000000000002','main','Ada','Fails, is run again, passes',1795836167924,'passed',1795836167948);
INSERT INTO job VALUES(3,'demo','0000000000000000000000000000000000000003','feature/x','Ada','Handed back, lost, failed',1795836167953,'failed',1795836167983);
INSERT INTO job VALUES(4,'demo','0000000000000000000000000000000000000004','main','Ada','Kills its runners',1795836167992,'errored',1795836168319);
INSERT INTO job VALUES(5,'demo','0000000000000000000000000000000000000005','main','Ada','Cancelled while it runs',1795836168332,'cancelled',1795836168363);
INSERT INTO job VALUES(6,'demo','0000000000000000000000000000000000000006','main','Ada','Cancelled while it waits',1795836168336,'cancelled',1795836168344);
INSERT INTO job VALUES(7,'demo','0000000000000000000000000000000000000007','main','Ada','In two repositories',1795836168368,'passed',1795836168396);
INSERT INTO job VALUES(8,'other','0000000000000000000000000000000000000007','trunk','Ada','In two repositories',1795836168380,'failed',1795836168415);
INSERT INTO job VALUES(9,NULL,'0000000000000000000000000000000000000008','','','',1795836168539,'passed',1795836168555);
INSERT INTO job VALUES(10,'demo','0000000000000000000000000000000000000009','main','Ada','Outlives its dispatcher',1795836168567,'passed',1795836169921);
INSERT INTO job VALUES(11,'demo','000000000000000000000000000000000000000a','main','Ada','Still runs',1795836168573,NULL,NULL);
INSERT INTO job VALUES(12,'demo','000000000000000000000000000000000000000b','main','Ada','Given out by the second dispatcher',1795836168580,NULL,NULL);
INSERT INTO job VALUES(13,'other','000000000000000000000000000000000000000c','trunk','Ada','Waits for a runner',1795836168888,NULL,NULL);
CREATE TABLE run (
    id           TEXT    PRIMARY KEY,
    job          INTEGER NOT NULL,
    number       INTEGER NOT NULL,
    runner       TEXT    NOT NULL,
    leased_at_ms INTEGER NOT NULL,
    ended_at_ms  INTEGER,
    ending       TEXT,                     -- a verdict, lost, handed-back; NULL: it has the lease
    exit_code    INTEGER,
    signal       TEXT,
    reason       TEXT    NOT NULL DEFAULT '',
    log_bytes    INTEGER,
    duration_ms  INTEGER
  ) STRICT, WITHOUT ROWID;
INSERT INTO run VALUES('aa92822e-1',1,1,'ada',1795836167902,1795836167917,'passed',0,NULL,'',12,5);
INSERT INTO run VALUES('aa92822e-10',5,1,'fay',1795836168332,1795836168363,'cancelled',1,NULL,'',17,5);
INSERT INTO run VALUES('aa92822e-11',7,1,'gus',1795836168388,1795836168396,'passed',0,NULL,'',14,5);
INSERT INTO run VALUES('aa92822e-12',8,1,'hal',1795836168407,1795836168415,'failed',1,NULL,'',15,5);
INSERT INTO run VALUES('aa92822e-13',9,1,':36767',1795836168539,1795836168555,'passed',NULL,NULL,'',22,0);
INSERT INTO run VALUES('aa92822e-14',10,1,'ida',1795836168567,1795836169921,'passed',0,NULL,'',13,5);
INSERT INTO run VALUES('aa92822e-15',11,1,'ida',1795836168573,NULL,NULL,NULL,NULL,'',NULL,NULL);
INSERT INTO run VALUES('aa92822e-2',2,1,'ada',1795836167924,1795836167930,'failed',1,NULL,'',11,5);
INSERT INTO run VALUES('aa92822e-3',2,2,'ada',1795836167935,1795836167948,'passed',0,NULL,'',16,5);
INSERT INTO run VALUES('aa92822e-4',3,1,'ada',1795836167953,1795836167958,'handed-back',NULL,NULL,'shutting down',NULL,NULL);
INSERT INTO run VALUES('aa92822e-5',3,2,'bob',1795836167964,1795836167968,'lost',NULL,NULL,'closed its connection',NULL,NULL);
INSERT INTO run VALUES('aa92822e-6',3,3,'cy',1795836167977,1795836167983,'failed',1,NULL,'',13,5);
INSERT INTO run VALUES('aa92822e-7',4,1,'cy',1795836167992,1795836168099,'lost',NULL,NULL,'closed its connection',NULL,NULL);
INSERT INTO run VALUES('aa92822e-8',4,2,'dan',1795836168102,1795836168207,'lost',NULL,NULL,'closed its connection',NULL,NULL);
INSERT INTO run VALUES('aa92822e-9',4,3,'eli',1795836168210,1795836168319,'lost',NULL,NULL,'closed its connection',NULL,NULL);
INSERT INTO run VALUES('c5148cb8-1',12,1,'ida',1795836169921,NULL,NULL,NULL,NULL,'',NULL,NULL);
CREATE TABLE classic_runner (             -- who is dialled again after a restart
    host TEXT    NOT NULL,
    port INTEGER NOT NULL,
    PRIMARY KEY (host, port)
  ) STRICT, WITHOUT ROWID;
INSERT INTO classic_runner VALUES('localhost',1);
INSERT INTO classic_runner VALUES('localhost',9);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('journal',49);
CREATE INDEX journal_of_job ON journal (job, seq);
CREATE INDEX job_of_commit ON job (commit_id);
CREATE INDEX job_of_repository ON job (repository);
CREATE INDEX job_unfinished ON job (id) WHERE verdict IS NULL;
CREATE INDEX run_of_job ON run (job, number);
PRAGMA user_version = 1;
COMMIT;
