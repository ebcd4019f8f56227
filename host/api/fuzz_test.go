package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzRequest asks for whatever there may be: the answer is JSON and says how it went, and
// nothing that somebody asks for is the server's fault.
func FuzzRequest(f *testing.F) {
	for _, text := range []string{
		"regions", "regions/The%20Bench", "types?category=ship", "types/Wren", "markets/The%20Bench/orders?type=Ferrite&side=sell&page=1&limit=2",
		"markets/The%20Bench/orders?revision=1", "markets/The%20Bench/history?type=Ferrite&days=7", "markets/Outskirts/days/2030-01-02", "gaps?from=The%20Bench&to=Outskirts&limit=3",
		"openapi.json", "types?category=a&category=b", "gaps?limit=-1", "regions/%00", "markets//orders", "..%2f..", "types/%ff", "?", "markets/The%20Bench/days/0000-00-00",
	} {
		f.Add(http.MethodGet, text)
	}
	f.Add(http.MethodDelete, "regions")
	s := newShop(f)
	s.fill()
	f.Fuzz(func(t *testing.T, method, rest string) {
		u, err := url.Parse("http://x" + Prefix + rest)
		if err != nil || !strings.HasPrefix(u.Path, Prefix) || !token(method) {
			return // net/http would not let it in
		}
		r := httptest.NewRequest(http.MethodGet, "http://x"+Prefix, nil)
		r.Method, r.URL = method, u
		w := httptest.NewRecorder()
		s.api.ServeHTTP(w, r)
		switch {
		case w.Code >= http.StatusInternalServerError:
			t.Errorf("%s %q: %d %s", method, rest, w.Code, w.Body)
		case w.Code >= http.StatusMultipleChoices && w.Code < http.StatusBadRequest, method == http.MethodOptions, method == http.MethodHead:
		case !json.Valid(w.Body.Bytes()):
			t.Errorf("%s %q: %d, and no JSON: %q", method, rest, w.Code, w.Body)
		}
	})
}

// token says whether something may be a request's method.
func token(method string) bool {
	return method != "" && strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == ""
}
