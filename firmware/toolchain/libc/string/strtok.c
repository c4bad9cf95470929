#include <string.h>

char *strtok_r(char *text, const char *separators, char **state)
{
	char *token = text ? text : *state;

	if (!token)
		return NULL;
	token += strspn(token, separators);
	if (!*token) {
		*state = NULL;
		return NULL;
	}
	char *end = token + strcspn(token, separators);

	*state = *end ? end + 1 : NULL;
	*end = 0;
	return token;
}

char *strtok(char *text, const char *separators)
{
	static _Thread_local char *state;

	return strtok_r(text, separators, &state);
}
