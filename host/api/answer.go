package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	"hotshard/host/document"
	"hotshard/runtime/gate/peer"
)

const jsonType = "application/json"

// Code is why a request is refused, for programs.
type Code string

// The codes, each with its HTTP status.
const (
	CodeBadRequest  Code = "bad_request"  // 400
	CodeNotFound    Code = "not_found"    // 404: no such address
	CodeNoRegion    Code = "no_region"    // 404
	CodeNoType      Code = "no_type"      // 404
	CodeBadMethod   Code = "bad_method"   // 405
	CodeGone        Code = "gone"         // 410: the revision is not kept any more
	CodeRateLimited Code = "rate_limited" // 429
	CodeFailed      Code = "failed"       // 500
	CodeBusy        Code = "busy"         // 503
)

var statuses = map[Code]int{
	CodeBadRequest: http.StatusBadRequest, CodeNotFound: http.StatusNotFound, CodeNoRegion: http.StatusNotFound, CodeNoType: http.StatusNotFound,
	CodeBadMethod: http.StatusMethodNotAllowed, CodeGone: http.StatusGone, CodeRateLimited: http.StatusTooManyRequests,
	CodeFailed: http.StatusInternalServerError, CodeBusy: http.StatusServiceUnavailable,
}

// refusal is an answer that says no, and what would mend it.
type refusal struct {
	code    Code
	message string
	wait    time.Duration // until it is worth asking again; 0 where waiting does not help
}

func (r *refusal) Error() string { return r.message }

func refusef(code Code, format string, args ...any) error {
	return &refusal{code: code, message: fmt.Sprintf(format, args...)}
}

// refuse writes {"error":{"code":...,"message":...}}, as players' commands have it.
func (a *API) refuse(w http.ResponseWriter, err error) {
	r := err.(*refusal)
	switch r.code {
	case CodeRateLimited:
		a.cfg.Refusals.Add(peer.APIRate)
	case CodeBusy:
		a.cfg.Refusals.Add(peer.APIBusy)
	case CodeFailed: // that is our fault
	default:
		a.cfg.Refusals.Add(peer.APIRequest)
	}
	body, _ := json.Marshal(map[string]any{"error": map[string]any{"code": r.code, "message": r.message}})
	h := w.Header()
	h.Set("Content-Type", jsonType)
	h.Set("Cache-Control", "no-store")
	if r.wait > 0 {
		h.Set("Retry-After", fmt.Sprint(int(math.Ceil(r.wait.Seconds()))))
	}
	w.WriteHeader(statuses[r.code])
	_, _ = w.Write(append(body, '\n')) // the reader may be gone; nobody is left to tell
}

// failed refuses for whatever went wrong; what is no refusal is the operator's business.
func (a *API) failed(w http.ResponseWriter, r *http.Request, err error) {
	var no *refusal
	switch {
	case errors.As(err, &no):
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		no = &refusal{CodeBusy, "the store is busy: ask again in a moment", busyWait}
	default:
		a.cfg.Log.Error("the API could not answer", "path", r.URL.Path, "error", err)
		no = &refusal{CodeFailed, "that could not be read; the server's operators can see why in the log", busyWait}
	}
	a.refuse(w, no)
}

// answer is a document and for how long it is worth keeping.
type answer struct {
	doc   *document.Document
	fresh time.Duration
	next  string // the address of the next page, "" where there is none
}

func (a *answer) cacheControl() string {
	return fmt.Sprintf("public, max-age=%d", int(math.Ceil(a.fresh.Seconds())))
}

// made makes a document of a value.
func made(v any) (*document.Document, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return document.Quick(jsonType, document.Ask, append(body, '\n')), nil
}
