package mandate.clients;

/** Who sits at the browser, and what they say when they are asked. */
record Will(Sample.Person person, boolean consents, boolean ownsDevice) {
    static Will of(Sample.Person person) {
        return new Will(person, true, true);
    }

    Will decliningConsent() {
        return new Will(person, false, ownsDevice);
    }

    Will disowningDevice() {
        return new Will(person, consents, false);
    }
}
