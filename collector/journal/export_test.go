package journal

// RealFS is what Options.FS stands for when it is nil.
var RealFS FS = osFS{}
