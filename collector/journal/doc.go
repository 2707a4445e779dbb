// Package journal keeps the answers to one survey: durable before they are
// acknowledged, released in shuffled groups, and in no traceable order once
// the survey has closed.
//
// # Files
//
// A data directory holds an empty file "lock", held with flock(2) by the one
// process that writes (LockFileEx on Windows), perhaps an empty file
// "rehearsal", which says that every answer there is made up, and a folder for
// each survey. In such a folder, all of it readable by its owner alone:
//
//	responses.jsonl  released answers, one JSON object a line
//	comments.jsonl   released texts, one JSON object a line
//	tickets.txt      SHA-256 of each known ticket's code (upper case, no hyphens)
//	spent.bits       while open: which of these are those of released answers
//	spent.txt        once closed: the same as a list
//	survey.json      the definition that the answers were given to
//	sums.txt         SHA-256 of each of the files above
//	intake-N         what is accepted and not released yet
//	pending          a release that is committed and being carried out
//	trash-*          what a release leaves, about to be wiped
//	*.tmp            not committed; the next start drops it
//	closed           empty; that it is there says that the survey has closed
//
// Lines are UTF-8 as the caller gave them and end with LF, also the last one.
// The two lists of SHA-256 sums have a line of 64 lower-case hex digits for
// each, sorted as a whole, none twice. Line i of tickets.txt, counted from 0,
// has bit i%8 (0 is the lowest) of byte i/8 of spent.bits; the bits left over
// are 0. Beyond the dates in survey.json no file holds a date or a time, none
// holds an address or a number of an answer, and the order of lines means
// nothing. The journal does not look into a line; what the collector puts there
// is
//
//	{"survey":"<id>","answers":{"q1":4,"unit":"soumu","q20":["a","b"]}}
//	{"survey":"<id>","question":"comment","text":"…"}
//	{"sealed":"<base64 of an age file with such a line in it>"}
//
// sums.txt is what "sha256sum -c" reads:
//
//	# staffplan 2 generation <N> <SHA-256 of all lines below, hex>
//	<SHA-256, hex>  <file name>
//
// 2 is the format, N the last intake whose answers are released, 0 if there is
// none. A file that is empty or missing has no line; but once the survey has
// closed, the empty file "closed" has one, the last. The others are in the order
// of their numbers (see pending). The file changes as a whole, by a rename.
//
// Folders of format 1 are brought up at the start, in one step that happens or
// does not; they had no generation, and a sum for every 64 KiB. An unknown
// format is refused (FormatError). Where there is no sums.txt and nothing waits,
// another program has put the files there: they are taken as they stand (only
// their lines must be whole) and get their sums.
//
// # Files of one moment
//
// A folder that was copied while a collector wrote may have files of different
// moments. A start and Verify refuse it (Mixture, or Damage where a file has not
// the sum in sums.txt), or it has every answer that was acknowledged at the
// earliest of these moments, once. N being the generation in sums.txt or, if
// there is one, in pending, that follows from these rules:
//
//   - Each released file has the sum in sums.txt, or has the one in pending once
//     that is carried out: it is as it was at that moment.
//   - Intakes up to N may be there only if pending is, which takes them away. So
//     nothing is both released and waiting.
//   - From N+1 on intakes are there without a gap, one at least until sums.txt
//     names closed. So what was not released waits.
//   - The last frame of an intake that another follows says so, and is on disk
//     before that one gets its first. So the newest is there, and none is older
//     than the next.
//   - An intake only grows. So it has what it had at the earliest moment.
//
// # Intakes
//
// An intake starts with a header of 32 bytes. All numbers are unsigned and
// little-endian; CRC-32C is the one with the Castagnoli polynomial.
//
//	0   8   "STFPLNi2"
//	8   8   the generation, the N of its name, from 1
//	16  12  salt: random bytes, other ones for each intake
//	28  4   CRC-32C of bytes 0 to 27
//
// Frames follow without a gap. A frame is what shared one sync:
//
//	0   4   the first 4 bytes of the salt
//	4   4   the length of the records
//	8   4   CRC-32C of the salt, the byte of the file at which this frame starts
//	        (8 bytes), bytes 4 to 7 of this frame, and the records
//	12      records
//
// A record is its kind (1 byte), the length of its data (4 bytes) and the data:
// 0 is a line of responses.jsonl and 1 one of comments.jsonl, both without the
// line end, 2 a spent ticket, as the 32 bytes of a SHA-256 (so is 3, which format
// 1 wrote and nobody needs), and 4, without data, says that the next intake goes
// on. An answer, its texts and its ticket stand in one frame. A frame without
// records comes last when the service stops or the survey closes.
//
// The salt and the place have a frame of an older intake, or an older one of
// this intake, left in a block that is used again, fail the checksum. A bad
// frame with no sound one anywhere after it is a torn tail: it was being written
// when the power or the process ended, and was never acknowledged. It is cut off
// at the start, and told. A bad frame before a sound one is damage, like
// everything else that does not fit what is said here. Damage stops the start
// with file and offset; nothing is skipped, and nothing is mended. (Damage to the
// very last frame cannot be told from a torn tail. The frame without records
// leaves this doubt only where the service did not stop by itself.)
//
// A start goes on in the last intake, once it has written all of each again: a
// frame whose sync failed in the process before, or never came because the process
// was killed, may be seen now, and be gone after the next power loss. An intake
// that a release takes gets no more frames.
//
// # Releases
//
// As soon as Options.Release answers wait they are released, together with all
// others in their intakes: mostly there is one, more where the disk was full or
// the process ended. Only in a rush, when eight answers or more share a sync, do
// releases let the callers pass: until there is no such frame for 50
// milliseconds, or 16 MB wait.
//
//  1. If it takes what the last intake has, intake-N+1 is made under the name
//     intake-N+1.tmp, synced, renamed, and the folder synced. Then intake-N gets
//     its last frame, and new answers go to the next. All up to intake-N is
//     released.
//  2. What each file gets, in random order, is written to pending.tmp, synced,
//     renamed to pending, and the folder synced. Now the release is committed.
//  3. A file that grows is cut to its base (see below), the cut part
//     overwritten with zeros first; its block is written there and synced. Any
//     other, and with base 0 these too, is written as NAME.tmp and synced; the
//     old one is overwritten with zeros and synced; the new one is renamed over
//     it. Where the block is empty the old one is removed.
//  4. Each intake up to N is renamed to trash-N and the folder synced; then
//     pending is renamed to trash-pending and the folder synced.
//  5. The trash is overwritten with zeros, synced, removed, the folder synced.
//
// Ticket lists and definitions change in the same way, without intakes. A start
// drops *.tmp, ends step 5 for the trash that is there, and then, if pending is
// there, does steps 3 to 5 again with the same bytes. The file pending:
//
//	0   8   "STFPLNp2"
//	8   8   N, as in sums.txt afterwards
//	16      sections, for different files
//	    1   0xff
//	    32  SHA-256 of all before
//
// A section is the number of a file (1 byte), its base (8 bytes), the length of
// its block (8 bytes) and the block. The numbers are 0 responses.jsonl, 1
// comments.jsonl, 2 spent.txt, 3 entered.txt (which only format 1 kept), 4
// tickets.txt, 5 survey.json, 6 sums.txt (the last section, always there) and 7
// spent.bits.
//
// When the survey closes, the file closed is made first. Then the same steps
// release what waits, however little it is, but with base 0 for the files that
// grow: all that was released before is written anew together with the rest, in
// one fresh random order. spent.txt takes the place of spent.bits, and survey.json
// is written once more as it is, so that what the file system notes of all of
// them is the time of the closing. No intake follows, and the files become
// read-only. A survey with that mark never opens again, whatever clock or
// definition say. A standing form never closes: its caller calls Release once a
// month, and what waits then goes however little it is.
//
// # Readers
//
// Readers take no lock. While pending is there, a file is its bytes up to the
// base and the block in pending; what stands in it from the base on is to be
// ignored. A reader looks at pending, sums.txt and the names of the intakes once
// more when it is done, and starts again if they have changed. Backup does so
// with where the bytes stand, and copies them afterwards: what has been released
// stays in its place, and where an intake has gone it starts over.
//
// What intakes hold is not released: nobody reads it but the journal, Verify and
// Backup.
//
// # Inside
//
// The last intake is in a channel for one: whoever has taken it out writes to
// it, and puts it or the next one back. The keeper, a goroutine, owns all other
// files; what callers want of it are jobs. What else there is, each for one
// reason:
//
//   - A batch is what fills while the frame before is synced, so that many
//     callers share a sync.
//   - claims has the second answer with a ticket wait for what becomes of the
//     first.
//   - A rush is when frames have company or more answers, until a lull: releases
//     wait meanwhile, unless there is a backlog. A smaller frame right behind
//     such a one waits for gathering: the callers come again, and would pay for
//     a sync each.
//   - turn has the next answers go to another intake, so that a release needs no
//     pause; next is one that is made and not used yet, because the disk was full.
//   - unfinished is a release that is committed, and goes first: a full disk
//     stopped it.
//
// # Promises
//
//  1. Append returns nil once the entry, its texts and its ticket are on disk
//     together (write, fdatasync): they outlive the process and the power. No
//     frame is written before the sync of the one ahead has returned.
//  2. Such an entry is released exactly once, or still waits, wherever the
//     process or the power ends, also while it recovers.
//  3. On a full disk nothing is taken (ErrFull) and nothing is lost; it goes on
//     when there is space. After any other failure, and any failed sync,
//     nothing more is acknowledged until a restart (ErrFailed): what a failed
//     sync leaves in memory may look stored and be gone later.
//  4. One process writes at a time; readers see each released line once.
//  5. Entries leave the intake in groups of Options.Release or more, at once
//     (in a rush: after it, or from 16 MB on), in an order from the system's
//     random numbers; in smaller groups only by Release and when the survey
//     closes.
//  6. Inside a group nothing tells the order, if the others in it are not out
//     to find somebody. After the closing no file tells when or in which order
//     answers came, or which answer, text and ticket belong together.
//
// # What is not promised
//
// Whoever reads the disk while the survey is open can tell one group from the
// next, and sees in the intake which answer, text and ticket came together.
// Copies made then (snapshots, backups) keep that, and from copies of different
// days follows when an answer came. Only sealed lines help, and not against
// those who have the key.
//
// A file system notes when a file was last changed, and some when it was made.
// While a survey is open that tells when the last answer came, and when the
// first group left.
//
// Overwriting reaches the blocks that the file has now. A file system that
// journals data or copies on write, an SSD that levels wear, and swap may keep
// older ones. Encrypt the disk.
//
// A disk or controller that calls a write done while it is in memory without a
// battery breaks promises 1 and 2. So may network file systems; some do not
// honour the lock either. Use a local disk that keeps its word.
//
// Who can write to the folder can change all of it. That all of its files are
// of one earlier moment, or that the whole folder is gone, is not noticed.
//
// Windows has no call to sync a folder. Promises 1 and 2 hold there when the
// process ends in any way. When the power ends, the last renames may be lost.
// Then a new intake may be back under its temporary name, and the next start
// drops it with acknowledged answers in it; or pending may be gone with a
// released file half changed, which stops the start as damage. Also, a file
// that is being read cannot be renamed there: stop the service before you read
// or copy its files. To collect answers, use another system.
package journal
