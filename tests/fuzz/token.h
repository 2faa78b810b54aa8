/* SPDX-License-Identifier: ISC */
/*
 * A key, a token that it signed, and a second reader of tokens that shares no
 * code with the product's.
 */
#ifndef GCPKCE_TESTS_FUZZ_TOKEN_H
#define GCPKCE_TESTS_FUZZ_TOKEN_H

#include <json-c/json.h>

#include "fuzz.h"

/* Signed by the key with this n and e AQAB; the header has the kid k1. */
#define TOKEN_N \
	"64o-E7hgWn0pTTT1_nbMSYqtYnFUeAs2H0os22I_Yr3m1MuOx1DbkH4vDRNNH---PMON" \
	"xP7u-yKwdtx0iwNVaaw1qz0hm7rJvLVngCLNR1amXJbmEkJr3ETi1VhHhmnAiXoI8Bgt" \
	"usGsRiqBrdgpThOeQZTmTdLztd2USfT5g6GB3zGEHuUeeZu99nXwP0suiih40RbgliK3" \
	"ECViZF9lpingKgNGRYD7cKmMZwCR_B0DvPk30KkWjZUf_YBrptS48DJeHD6nZ5EFmynL" \
	"8Nscm9qyyC9uKm_nyK-44DEM-ZLKdtDzo1O6t4GKF61wBCPr2GNRAFERFBKUEAiYKkH4" \
	"Bw"
#define TOKEN \
	"eyJhbGciOiAiUlMyNTYiLCAia2lkIjogImsxIn0.eyJpc3MiOiAiaHR0cHM6Ly9pZHAu" \
	"ZXhhbXBsZSJ9.4FrgfONifDN92T16EplqepyHC7085UQBoIHrWq6OJd_Tcg1Fjt_PlHZ" \
	"2NwqhrXwgDL7dUJOxS0bfMNbqptCQNin1UCJlNdw9qsPYhGmS3d8d4u7_EgTo1z9n53N" \
	"4ySwZH12jxzcCBUJD8XYlOuY_OWPj_TSN_aeQEvTH23NZqdudb35ayerfORBzVpG3fGi" \
	"vWKMcNt_wFNUn5gZU0bBUUMvPgC6rFADzBWet-SAzbaZka14qhbl5KasiYEiZUO5FgGm" \
	"wlYOg3K-UwN9ORN6182H71fnlTd44-fX3s9FeMaOWlJUhv3UNDf7jlPJ4y7UeZptGvEE" \
	"tefSElJ0E8-Ks0g"

static const char token_set[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Decode base64url, stopping where it is none; the caller frees p. */
static inline struct view
token_decode(struct view text)
{
	uint8_t *bytes = malloc(text.len + 1);
	unsigned bits = 0;
	unsigned count = 0;
	size_t len = 0;

	HOLD(bytes != NULL);
	for (size_t i = 0; i < text.len; i++) {
		const char *at =
		    text.p[i] != '\0' ? strchr(token_set, text.p[i]) : NULL;

		HOLD(at != NULL);
		bits = bits << 6 | (unsigned)(at - token_set);
		count += 6;
		if (count >= 8) {
			count -= 8;
			bytes[len++] = (uint8_t)(bits >> count);
			bits &= (1U << count) - 1;
		}
	}
	HOLD(count < 6 && bits == 0);
	return (struct view){.p = bytes, .len = len};
}

/* What json-c reads by itself; the caller puts it. */
static inline struct json_object *
token_tree(struct view text)
{
	struct json_tokener *tokener = json_tokener_new();

	HOLD(tokener != NULL);
	struct json_object *tree =
	    json_tokener_parse_ex(tokener, (const char *)text.p, (int)text.len);
	HOLD(json_object_is_type(tree, json_type_object));
	json_tokener_free(tokener);
	return tree;
}

/* Is the member this text, byte by byte? */
static inline bool
token_has(struct json_object *tree, const char *name, const char *text)
{
	struct json_object *value = NULL;

	return json_object_object_get_ex(tree, name, &value) &&
	    json_object_is_type(value, json_type_string) &&
	    (size_t)json_object_get_string_len(value) == strlen(text) &&
	    strcmp(json_object_get_string(value), text) == 0;
}

/* Is there no such member, whatever its value? */
static inline bool
token_lacks(struct json_object *tree, const char *name)
{
	return !json_object_object_get_ex(tree, name, NULL);
}

#endif
