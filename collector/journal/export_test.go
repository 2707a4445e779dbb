package journal

// RealFS is what Options.FS stands for when it is nil.
var RealFS FS = osFS{}

// SetRush makes a rush of a few answers, and what it leaves of a few bytes.
func SetRush(answers, bytes int) (undo func()) {
	a, b := company, backlog
	company, backlog = answers, int64(bytes)
	return func() { company, backlog = a, b }
}
