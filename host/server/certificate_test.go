package server

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hotshard/runtime/gate/client"
	"hotshard/runtime/world"
)

// certify writes a certificate for this machine with a serial number, and its key.
func certify(t *testing.T, dir string, serial int64) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "shard"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writeFile(t, key, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}))
	writeFile(t, cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(leaf)
	return cert, key, pool
}

func writeFile(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// serial is the number of the certificate that a shard shows.
func serial(t *testing.T, addr string) int64 {
	t.Helper()
	c, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

// Players come in over TLS, on the page and on the socket; a renewed certificate is used
// without a restart, and one that is no good leaves the old one.
func TestPlayersComeInOverTLS(t *testing.T) {
	t.Parallel()
	cfg, dir := config(t), t.TempDir()
	cert, key, pool := certify(t, dir, 1)
	cfg.TLSCert, cfg.TLSKey = cert, key
	s := start(t, cfg)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	trusting := &tls.Config{RootCAs: pool}
	c, err := client.Dial(ctx, "wss://"+s.Addr()+"/play", client.Options{TLS: trusting})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(ctx, "Ann", "secret secret"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Event(ctx, "system"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Request(ctx, "say", map[string]world.Value{"text": "hi"}); err != nil {
		t.Error(err)
	}
	page := &http.Client{Transport: &http.Transport{TLSClientConfig: trusting}}
	resp, err := page.Get("https://" + s.Addr() + "/")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the page: %v %v", resp, err)
	}
	resp.Body.Close()

	certify(t, dir, 2)
	s.Rescan(ctx)
	if got := serial(t, s.Addr()); got != 2 {
		t.Errorf("certificate %d is shown after the second came", got)
	}
	writeFile(t, cert, []byte("half of a certif"))
	s.Rescan(ctx)
	if got := serial(t, s.Addr()); got != 2 {
		t.Errorf("certificate %d is shown after a broken one came", got)
	}
	certify(t, dir, 3)
	for began := time.Now(); serial(t, s.Addr()) != 3; time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatal("a third is not seen by itself")
		}
	}
	if _, err := c.Request(ctx, "say", map[string]world.Value{"text": "still here"}); err != nil {
		t.Error(err)
	}
}

func TestHalfACertificateIsRefused(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*Config){
		func(c *Config) { c.TLSCert = "cert.pem" }, func(c *Config) { c.TLSKey = "key.pem" },
		func(c *Config) { c.TLSCert, c.TLSKey = "none.pem", "none.pem" },
	} {
		cfg := config(t)
		change(&cfg)
		if s, err := New(cfg); err == nil || !strings.Contains(err.Error(), "--tls-cert") {
			t.Errorf("it started: %v", err)
			if s != nil {
				s.Close()
			}
		}
	}
}
