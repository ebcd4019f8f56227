// Package handover carries what one process gives another: messages with open files, over
// a pair of sockets between a parent and the program it has started. What the messages
// mean is said by those who send them.
package handover
