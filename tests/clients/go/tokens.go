// Tokens looked into, and client assertions: the key of the app with a certificate, a stranger's, and a signature made
// by hand.

package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"os"
	"strings"
	"time"
)

// What an access token says of how its client proved itself (`appidacr`).
const (
	byNothing     = "0"
	bySecret      = "1"
	byCertificate = "2"
)

// claimsOf: unverified, because tokens for Graph are Graph's to judge.
func claimsOf(token string) object {
	parts := strings.Split(token, ".")
	check(len(parts) == 3, "not a JWT: %d parts", len(parts))
	payload := must(base64.RawURLEncoding.DecodeString(parts[1]))
	claims := object{}
	succeeds(json.Unmarshal(payload, &claims))
	return claims
}

// identity is a certificate with its key, as the libraries take them.
type identity struct {
	certs []*x509.Certificate
	key   crypto.PrivateKey
}

// pem is the file of the app with a certificate: key and certificate.
func (w *World) pem() []byte {
	check(w.signedPEM != "" && w.signed.ID != "", "MANDATE_SIGNED_PEM and MANDATE_SIGNED_CLIENT_ID are not set")
	return must(os.ReadFile(w.signedPEM))
}

// stranger is a certificate that no app has registered.
func stranger() identity {
	key := must(rsa.GenerateKey(rand.Reader, 2048))
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "stranger.example"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
	}
	der := must(x509.CreateCertificate(rand.Reader, form, form, key.Public(), key))
	return identity{[]*x509.Certificate{must(x509.ParseCertificate(der))}, key}
}

// assertion signs what an app with a key of its own sends: RS256 with the older thumbprint, since MSAL's own
// assertions are PS256 with the newer one.
func (i identity) assertion(client, audience string) (string, error) {
	thumbprint := sha1.Sum(i.certs[0].Raw)
	now := time.Now()
	head := segment(object{"alg": "RS256", "typ": "JWT", "x5t": base64.RawURLEncoding.EncodeToString(thumbprint[:])})
	claims := segment(object{
		"iss": client, "sub": client, "aud": audience, "jti": rand.Text(),
		"nbf": now.Unix(), "exp": now.Add(10 * time.Minute).Unix(),
	})
	digest := sha256.Sum256([]byte(head + "." + claims))
	signature, err := i.key.(crypto.Signer).Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return "", err
	}
	return head + "." + claims + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func segment(value object) string {
	return base64.RawURLEncoding.EncodeToString(must(json.Marshal(value)))
}

// pkce is a verifier and its S256 challenge.
func pkce() (verifier, challenge string) {
	verifier = rand.Text() + rand.Text()
	digest := sha256.Sum256([]byte(verifier))
	return verifier, base64.RawURLEncoding.EncodeToString(digest[:])
}
