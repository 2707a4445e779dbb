package journal

// RealFS is what Options.FS stands for when it is nil.
var RealFS FS = osFS{}

// SetRush makes a rush of a few answers, and what it leaves of a few bytes.
func SetRush(answers, bytes, intakes int) (undo func()) {
	a, b, c := company, slice, backlog
	company, slice, backlog = answers, bytes, intakes
	return func() { company, slice, backlog = a, b, c }
}
